"""`ReportWriter` as CSV: the head and the rows alone, for programs as much as for people."""

from collections.abc import Iterable, Sequence
from typing import BinaryIO, ClassVar

from adapters.spreadsheets.csv_writer import CsvWriter
from core.ports.documents import CellValue, ReportLayout


class CsvReport:
    """Numbers with a point and without groups, days as ISO 8601. No totals: what reads it would take them for a row."""

    media_type: ClassVar[str] = CsvWriter.media_type
    suffix: ClassVar[str] = CsvWriter.suffix

    def write(self, target: BinaryIO, layout: ReportLayout, rows: Iterable[Sequence[CellValue]]) -> None:
        CsvWriter().write(target, [column.title for column in layout.columns], rows)
