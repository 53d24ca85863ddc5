"""Reports as they are shown and as files."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any, BinaryIO, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from core.domain.access import Actor
from core.domain.errors import Fault, Invalid, refuse_if
from core.domain.report import (
    MOST_DAYS,
    REPORTS,
    CellKind,
    Column,
    Narrowing,
    Report,
    ReportFormat,
    ReportName,
    usual_period,
)
from core.domain.report_words import ReportWords, report_words, written_day
from core.ports.clock import Clock
from core.ports.documents import CellValue, ReportColumn, ReportLayout, ReportWriter
from core.ports.reports import Heading, ReportFilter
from core.queries.catalogue_export import ExportedSheet, content_of
from core.queries.forecasts import ForecastReader
from core.queries.report_depletion import depletion_rows
from core.queries.reports import Cells, ReportReader, ReportRows, ReportScope

AT_ONCE = 20_000
"""Rows of a report that is made while somebody waits for it."""
PREVIEWED = 100
AT_A_TIME = 2
"""Reports that one process reads from the database at a time. Each holds a connection as long as it is written, and the others are for
those who sell."""
BATCH = 2_000

MakeWriter = Callable[[], ReportWriter]


Progress = Callable[[int, int | None], Coroutine[Any, Any, None]]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A report in a temporary file, which stands at its beginning."""

    media_type: str
    file_name: str
    file: BinaryIO
    rows: int


class ReportColumnView(msgspec.Struct, frozen=True):
    name: str
    title: str
    kind: CellKind


class ReportInfo(msgspec.Struct, frozen=True):
    """A report that the caller may see, and what it can be narrowed by."""

    name: ReportName
    title: str
    narrowing: list[Narrowing]
    of_one_product: bool
    columns: list[ReportColumnView]


class ReportPreview(msgspec.Struct, frozen=True):
    """The first rows of a report, how many there are, and the totals of all of them. Words are in their own language, numbers plain
    decimals, moments in the company's time."""

    name: ReportName
    title: str
    company: str
    currency: str
    about: list[str]
    columns: list[ReportColumnView]
    rows: list[dict[str, str | None]]
    count: int
    totals: dict[str, Decimal]


class Reports:
    """Shows reports and writes them into files."""

    def __init__(
        self,
        reader: ReportReader,
        forecasts: ForecastReader,
        writers: Mapping[ReportFormat, MakeWriter],
        clock: Clock,
    ) -> None:
        self._reader, self._forecasts, self._writers, self._clock = reader, forecasts, writers, clock
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def all(self, actor: Actor, language: str | None = None) -> list[ReportInfo]:
        """Those that the caller may see, in the words of the company's language, unless another is named."""
        actor.require("report:read")
        words = report_words(language or (await self._reader.scope(actor, ReportFilter())).locale)
        return [
            ReportInfo(
                name, words.title(name), sorted(one.narrowing), one.of_one_product, _views(_shown(actor, one), words)
            )
            for name, one in REPORTS.items()
            if all(actor.may(permission) for permission in one.permissions)
        ]

    async def preview(
        self,
        actor: Actor,
        name: ReportName,
        asked: ReportFilter,
        limit: int = PREVIEWED,
        language: str | None = None,
    ) -> ReportPreview:
        wanted, scope = await self._asked(actor, name, asked)
        words, columns = report_words(language or scope.locale), _shown(actor, REPORTS[name])
        async with self._places, self._open(actor, name, wanted) as rows:
            count, totals = await rows.summary()
            first = _cut(actor, name, (await rows.next(limit))[:limit])
        named = {column.name for column in columns}
        return ReportPreview(
            name,
            words.title(name),
            scope.company,
            scope.currency,
            self._about(scope, REPORTS[name], wanted, words),
            _views(columns, words),
            [_shown_row(columns, row, words) for row in first],
            count,
            {column: total for column, total in totals.items() if column in named},
        )

    async def file(
        self,
        actor: Actor,
        name: ReportName,
        asked: ReportFilter,
        form: ReportFormat,
        language: str | None = None,
    ) -> ExportedSheet:
        """The report as a file, while somebody waits for it. Raises Invalid `report_too_large` beyond 20,000 rows."""
        made = await self.write(actor, name, asked, form, language=language)
        return ExportedSheet(made.media_type, made.file_name, content_of(made.file))

    async def write(
        self,
        actor: Actor,
        name: ReportName,
        asked: ReportFilter,
        form: ReportFormat,
        *,
        most: int = AT_ONCE,
        progress: Progress | None = None,
        language: str | None = None,
    ) -> WrittenReport:
        """The report in a temporary file, which the caller closes. Raises Invalid `report_too_large` beyond `most` rows; `progress` is told
        how many rows are written, and of how many, and may end it all by raising. Its words are in the company's language, unless another
        is named; its numbers and days are written as the company writes them in any case."""
        actor.require("export:read")
        wanted, scope = await self._asked(actor, name, asked)
        writer = self._writers[form]()
        words = report_words(language or scope.locale)
        layout = self._layout(actor, name, wanted, scope, words)
        file: BinaryIO = TemporaryFile()  # noqa: SIM115  closed by whoever reads it
        try:
            async with self._places, self._open(actor, name, wanted) as rows:
                total = (await rows.summary())[0] if progress else None
                cells = _Feed(rows, asyncio.get_running_loop(), most, total, progress)
                shown = (_worded(layout.columns, row, words) for row in _cut_all(actor, name, cells))
                await asyncio.to_thread(writer.write, file, layout, shown)
        except BaseException:
            file.close()
            raise
        period = (
            f"{wanted.since}_{wanted.until}" if Narrowing.PERIOD in REPORTS[name].narrowing else str(layout.made_on)
        )
        await asyncio.to_thread(file.seek, 0)
        return WrittenReport(writer.media_type, f"{name.value}_{period}{writer.suffix}", file, cells.written)

    async def heading(self, actor: Actor, name: ReportName, asked: ReportFilter, language: str) -> Heading:
        """What stands above the report, in that language."""
        wanted, scope = await self._asked(actor, name, asked)
        words = report_words(language)
        return Heading(words.title(name), self._about(scope, REPORTS[name], wanted, words)[0])

    async def check(self, actor: Actor, name: ReportName, asked: ReportFilter) -> None:
        """Raises what showing it would raise."""
        await self._asked(actor, name, asked)

    async def _asked(self, actor: Actor, name: ReportName, asked: ReportFilter) -> tuple[ReportFilter, ReportScope]:
        """What is asked for, with what is usual where nothing is said. Raises Invalid with everything that is wrong."""
        report = REPORTS[name]
        for permission in report.permissions:
            actor.require(permission)
        scope = await self._reader.scope(actor, asked)
        wanted = _completed(report, asked, self._clock.now().astimezone(ZoneInfo(scope.time_zone)).date())
        refuse_if(_faults(report, asked, wanted, scope), "invalid_report")
        return wanted, scope

    def _open(self, actor: Actor, name: ReportName, wanted: ReportFilter) -> AbstractAsyncContextManager[ReportRows]:
        if name is ReportName.DEPLETION:
            return depletion_rows(self._forecasts, actor, wanted)
        return self._reader.open(actor, name, wanted)

    def _layout(
        self, actor: Actor, name: ReportName, wanted: ReportFilter, scope: ReportScope, words: ReportWords
    ) -> ReportLayout:
        report = REPORTS[name]
        shown = _shown(actor, report)
        columns = [ReportColumn(words.columns[one.name], one.kind, one.total, one.share) for one in shown]
        chart = next((place for place, one in enumerate(shown) if one.name == report.chart), None)
        about = self._about(scope, report, wanted, words)
        today = self._clock.now().astimezone(ZoneInfo(scope.time_zone)).date()
        return ReportLayout(
            words.title(name), scope.company, about, columns, scope.locale, scope.currency, today, words.around, chart
        )

    def _about(self, scope: ReportScope, report: Report, wanted: ReportFilter, words: ReportWords) -> list[str]:
        """Of what it speaks, in one line each."""

        def day(day: date | None) -> str:
            return written_day(scope.locale, day) if day else ""

        parts: list[str] = []
        if Narrowing.PERIOD in report.narrowing:
            parts.append(words.line("period", since=day(wanted.since), until=day(wanted.until)))
        if Narrowing.DAY in report.narrowing:
            parts.append(words.line("day", day=day(wanted.until)))
        parts.append(f"{words.around['site']}: {scope.site}" if scope.site else words.around["all_sites"])
        parts += [
            f"{words.around[one]}: {text}"
            for one, text in (("category", scope.category), ("product", scope.product))
            if text
        ]
        made = self._clock.now().astimezone(ZoneInfo(scope.time_zone))
        return [" · ".join(parts), words.line("made_at", at=f"{day(made.date())} {made:%H:%M}")]


class _Feed:
    """The rows for a writer in its thread, fetched batch by batch where the database lives."""

    def __init__(
        self, rows: ReportRows, loop: AbstractEventLoop, most: int, total: int | None, progress: Progress | None
    ) -> None:
        self._rows, self._loop, self._most, self._total, self._progress = rows, loop, most, total, progress
        self.written = 0

    def __iter__(self) -> Iterator[Cells]:
        while batch := self._here(self._rows.next(BATCH)):
            self.written += len(batch)
            if self.written > self._most:
                detail = f"it has more than {self._most:,} rows: narrow it, or have it made as a job"
                raise Invalid("report_too_large", detail)
            yield from batch
            if self._progress:
                self._here(self._progress(self.written, self._total))

    def _here(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _shown(actor: Actor, report: Report) -> Sequence[Column]:
    return report.shown(costs=actor.may("cost:read"))


def _cut(actor: Actor, name: ReportName, rows: Sequence[Cells]) -> list[Cells]:
    """Without the columns that this person may not see."""
    return list(_cut_all(actor, name, rows))


def _cut_all(actor: Actor, name: ReportName, rows: "_Feed | Sequence[Cells]") -> Iterator[Cells]:
    if actor.may("cost:read"):
        yield from rows
        return
    seen = [place for place, column in enumerate(REPORTS[name].columns) if not column.cost]
    yield from ([row[place] for place in seen] for row in rows)


def _views(columns: Sequence[Column], words: ReportWords) -> list[ReportColumnView]:
    return [ReportColumnView(one.name, words.columns[one.name], one.kind) for one in columns]


def _worded(columns: Sequence[ReportColumn], row: Cells, words: ReportWords) -> list[CellValue]:
    return [
        words.word(cell) if column.kind is CellKind.WORD and isinstance(cell, str) else cell
        for column, cell in zip(columns, row, strict=True)
    ]


def _shown_row(columns: Sequence[Column], row: Cells, words: ReportWords) -> dict[str, str | None]:
    def text(column: Column, cell: CellValue) -> str | None:
        match cell:
            case None:
                return None
            case datetime():
                return cell.isoformat(timespec="seconds")
            case date():
                return cell.isoformat()
            case Decimal():
                return f"{cell:f}"
        return words.word(str(cell)) if column.kind is CellKind.WORD else str(cell)

    return {column.name: text(column, cell) for column, cell in zip(columns, row, strict=True)}


def _completed(report: Report, asked: ReportFilter, today: date) -> ReportFilter:
    since, until = usual_period(today)
    if Narrowing.DAY in report.narrowing:
        since = until = asked.day or today
    elif Narrowing.PERIOD in report.narrowing:
        until = asked.until or until
        since = asked.since or usual_period(until)[0]
    return msgspec.structs.replace(asked, since=since, until=until)


def _faults(report: Report, asked: ReportFilter, wanted: ReportFilter, scope: ReportScope) -> list[Fault]:
    faults = [
        Fault(f"/query/{name}", "not_allowed", "does not narrow this report", {"in": "query"})
        for name, value, narrowing in (
            ("since", asked.since, Narrowing.PERIOD),
            ("until", asked.until, Narrowing.PERIOD),
            ("day", asked.day, Narrowing.DAY),
            ("site", asked.site, Narrowing.SITE),
            ("category", asked.category, Narrowing.CATEGORY),
            ("product", asked.product, Narrowing.PRODUCT),
        )
        if value is not None and narrowing not in report.narrowing
    ]
    faults += [
        Fault(f"/query/{name}", "not_found", f"no {name} is called so", {"in": "query"})
        for name, found in (("site", scope.site), ("category", scope.category), ("product", scope.product))
        if found is None
    ]
    if report.of_one_product and asked.product is None:
        faults.append(Fault("/query/product", "required", "is of one product", {"in": "query"}))
    if wanted.since and wanted.until and not 0 <= (wanted.until - wanted.since).days < MOST_DAYS:
        faults.append(
            Fault(
                "/query/until",
                "out_of_range",
                f"must not lie before since, nor {MOST_DAYS} days after it",
                {"in": "query"},
            )
        )
    return faults
