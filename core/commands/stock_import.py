"""Importing opening stock: everything or nothing, every fault of every row in one answer, and nothing twice."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from core.domain.access import Actor
from core.domain.errors import Fault, NotFound, refuse_if
from core.domain.stock_import.goods import KnownSite, OpeningKey, find_goods
from core.domain.stock_import.plan import Opened, OpeningPlan, plan_opening
from core.domain.stock_import.postings import opening_postings
from core.domain.stock_import.sheet import StockLine, header_faults, read_line
from core.domain.values import normal
from core.ports.clock import Clock
from core.ports.documents import SheetReader, UnreadableSheet
from core.ports.imports import ImportStorage, Progress
from core.ports.stock_import import StockBooks

PROGRESS_STEP = 20_000


@dataclass(frozen=True, slots=True)
class ImportStock:
    """A sheet of what lay at the start of a day, by default of what lies now. Lines that name no site are for `site`, or for
    the company's only one."""

    path: Path
    site: str | None = None
    day: date | None = None
    dry_run: bool = False


class StockImported(msgspec.Struct, frozen=True):
    """What an import did; after a dry run, what it would do. `unchanged` lines were in the books, `empty` ones say 0."""

    lines: int
    added: int
    unchanged: int
    empty: int
    units: Decimal
    dry_run: bool


@dataclass(slots=True)
class _StockFile:
    """The lines of a file as far as they could be understood, and what could not."""

    lines: list[StockLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class StockImport:
    """Imports opening stock from CSV and XLSX."""

    def __init__(self, storage: ImportStorage[StockBooks], sheets: SheetReader, clock: Clock) -> None:
        self._storage, self._sheets, self._clock = storage, sheets, clock

    async def __call__(self, actor: Actor, command: ImportStock, progress: Progress) -> StockImported:
        """Reads the file, then writes all that is new of it in one transaction.

        Raises `UnreadableSheet`, `NotFound` for the site, or `Invalid` with the faults of all rows; then nothing has been
        written.
        """
        actor.require("stock:adjust")
        file = await asyncio.to_thread(_read, self._sheets, command.path, progress)
        if any(line.unit_cost is not None for line in file.lines):
            actor.require("cost:read")
        async with self._storage.books(actor) as books:
            if not command.dry_run:
                await books.close()
            company = await books.company()
            at, now = _start_of(command.day, company.time_zone), self._clock.now()
            plan, opened = await _planned(books, actor, command, file, progress)
            faults = [*file.faults, *plan.faults, *_moment_faults(plan, at, now, company.locked_through)]
            refuse_if(sorted(faults, key=_row_of), "invalid_stock_file")
            postings = opening_postings(plan.fresh, opened, file_name=command.path.name, day=command.day, at=at)
            if not command.dry_run and plan.fresh:
                progress("posting", 0)
                await books.post(actor, at or now, postings, lambda lines: progress("posting", lines))
        return _report(file, plan, dry_run=command.dry_run)


def _read(sheets: SheetReader, path: Path, progress: Progress) -> _StockFile:
    file = _StockFile()
    try:
        with sheets.open(path, path.name) as sheet:
            file.faults += header_faults(sheet.header)
            for number, cells in sheet.rows:
                line, found = read_line(sheet.header, number, cells)
                file.lines.append(line)
                file.faults += found
                if len(file.lines) % PROGRESS_STEP == 0:
                    progress("reading", len(file.lines))
    except UnreadableSheet as damage:
        if not file.faults:
            raise
        file.faults.append(Fault("", damage.code, damage.detail))
    return file


def _start_of(day: date | None, time_zone: str) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), ZoneInfo(time_zone)).astimezone(UTC)


def _moment_faults(
    plan: OpeningPlan, at: datetime | None, now: datetime, locked_through: datetime | None
) -> Iterator[Fault]:
    """What is wrong with the moment of the opening. What is in the books already may lie in a locked period."""
    if at is not None and at > now:
        yield Fault("/day", "in_the_future", "lies in the future")
    if plan.fresh and locked_through is not None and (at or now) <= locked_through:
        yield Fault("/day", "period_locked", f"the period is locked through {locked_through.isoformat()}")


async def _planned(
    books: StockBooks, actor: Actor, command: ImportStock, file: _StockFile, progress: Progress
) -> tuple[OpeningPlan, Mapping[OpeningKey, Opened]]:
    """What of the file is new, and which openings the books hold."""
    sites = _sites_meant(command.site, await books.sites())
    products = await books.products(list({line.sku for line in file.lines if line.sku}))
    lines, unfit = await asyncio.to_thread(find_goods, file.lines, products, sites, _only(sites), actor)
    progress("checking", len(lines))
    opened = await books.opened(list({line.product.id for line in lines}))
    lots = await books.lots(list({line.lot for line in lines if line.key.number}))
    plan = await asyncio.to_thread(plan_opening, lines, opened, lots)
    plan.faults += unfit
    return plan, opened


def _sites_meant(code: str | None, sites: Mapping[str, KnownSite]) -> Mapping[str, KnownSite]:
    """The one that the whole file is for, or all."""
    if code is None:
        return sites
    site = sites.get(code.strip().upper())
    if site is None:
        raise NotFound("site_not_found", f"there is no site {code}")
    return {site.code: site}


def _only(sites: Mapping[str, KnownSite]) -> KnownSite | None:
    """The only open one of them."""
    some = [site for site in sites.values() if site.active or len(sites) == 1]
    return some[0] if len(some) == 1 else None


def _row_of(fault: Fault) -> int:
    return int(str(fault.extra.get("row", 0)))


def _report(file: _StockFile, plan: OpeningPlan, *, dry_run: bool) -> StockImported:
    lines, added = len(file.lines), len(plan.fresh)
    units = sum((line.said.quantity for line in plan.fresh if line.said.quantity), Decimal(0))
    empty = lines - added - plan.unchanged
    return StockImported(lines, added, plan.unchanged, empty, normal(units), dry_run)
