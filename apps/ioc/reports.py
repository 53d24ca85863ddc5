"""What reports are made of."""

from collections.abc import Mapping

from dishka import AnyOf, Provider, Scope, provide

from adapters.postgres.engine import Database
from adapters.postgres.jobs import PostgresJobs
from adapters.postgres.long_reads import LongReads, ReadSource
from adapters.postgres.queries.forecasts import PostgresForecastReader
from adapters.postgres.queries.report_schedules import PostgresScheduleReader
from adapters.postgres.reports.reader import PostgresReports
from adapters.spreadsheets.csv_report import CsvReport
from adapters.spreadsheets.xlsx_report import XlsxReport
from core.commands.report_jobs import ReportDesk
from core.commands.report_schedules import ScheduleDesk
from core.domain.report import ReportFormat
from core.ports.clock import Clock
from core.ports.documents import ReportWriter
from core.ports.doorbell import Doorbell
from core.ports.files import FileStore
from core.ports.jobs import Jobs
from core.ports.report_schedules import Readership
from core.ports.storage import Run
from core.queries.forecasts import ForecastReader
from core.queries.report_files import MakeWriter, Reports
from core.queries.report_schedules import ScheduleReader
from core.queries.reports import ReportReader


class ReportsProvider(Provider):
    scope = Scope.APP

    @provide
    def reader(self, database: Database, reads: LongReads) -> ReportReader:
        return PostgresReports(database, reads)

    jobs = provide(PostgresJobs, provides=Jobs)

    @provide
    def reports(self, reader: ReportReader, forecasts: ForecastReader, clock: Clock) -> Reports:
        return Reports(reader, forecasts, _WRITERS, clock)

    schedules = provide(PostgresScheduleReader, provides=AnyOf[ScheduleReader, Readership])

    @provide
    def schedule_desk(self, run: Run, reports: Reports, readership: Readership, clock: Clock) -> ScheduleDesk:
        return ScheduleDesk(run, reports, readership, clock)

    @provide
    def desk(self, jobs: Jobs, reports: Reports, files: FileStore, doorbell: Doorbell, clock: Clock) -> ReportDesk:
        return ReportDesk(jobs, reports, files, doorbell, clock)


def reports_on(database: Database, reads: ReadSource, clock: Clock) -> Reports:
    """Reports for whoever works without a container."""
    return Reports(PostgresReports(database, reads), PostgresForecastReader(database, clock), _WRITERS, clock)


def _pdf() -> ReportWriter:
    from adapters.pdf.report import FpdfReport  # with fonts, 40 MB

    return FpdfReport()


_WRITERS: Mapping[ReportFormat, MakeWriter] = {
    ReportFormat.PDF: _pdf,
    ReportFormat.XLSX: XlsxReport,
    ReportFormat.CSV: CsvReport,
}
