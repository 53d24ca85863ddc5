"""Importing a shop's sales: the whole file or nothing of it, and nothing twice."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import merge
from pathlib import Path
from zoneinfo import ZoneInfo

from core.commands.sales_file import SalesFile, SalesReading, read_sales
from core.domain.access import Actor
from core.domain.errors import Conflict, Fault, Invalid, refuse_if
from core.domain.known_product import KnownProduct
from core.domain.product import Product, ProductKind, Tracking
from core.domain.sales_import import (
    PRODUCT_CODE,
    ImportedPosting,
    MoveKey,
    Reconciliation,
    SalesFormat,
    Skip,
    TimestampStyle,
    opening_postings,
    opening_stock,
    posting_changes,
    settle,
    slips,
    source_of,
    to_posting,
)
from core.domain.stock import Posting
from core.domain.values import normal
from core.ports.clock import Clock
from core.ports.documents import SheetReader
from core.ports.imports import ImportSite, ImportStorage, Progress
from core.ports.sales_import import SalesBooks

# The same local time read in two zones differs by less: no zone is further than 14 hours from UTC.
ZONES_APART = timedelta(hours=28)


@dataclass(frozen=True, slots=True)
class ImportSales:
    """A file and how to read it. Without a site the company's only one is meant, without a zone the company's own."""

    path: Path
    site: str | None = None
    time_zone: str | None = None
    timestamps: TimestampStyle = TimestampStyle.ISO
    product_code: re.Pattern[str] = PRODUCT_CODE
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class SalesImported:
    """What an import did; after a dry run, what it would do."""

    reconciliation: Reconciliation
    postings: int
    products_created: int
    opened: Mapping[str, Decimal]
    dry_run: bool

    @property
    def units_opened(self) -> Decimal:
        return normal(sum(self.opened.values(), Decimal(0)))

    def as_dict(self) -> dict[str, object]:
        """Ready for JSON."""
        return self.reconciliation.as_dict() | {
            "postings": self.postings,
            "products_created": self.products_created,
            "opening": {"products": len(self.opened), "units": f"{self.units_opened:f}"},
            "dry_run": self.dry_run,
        }


@dataclass(frozen=True, slots=True)
class _Plan:
    """What there is to write: products that are unknown, what must have been there before, and what is new."""

    products: Sequence[Product] = ()
    opened: Mapping[str, Decimal] | None = None
    openings: Sequence[Posting] = ()
    fresh: Sequence[ImportedPosting] = ()

    @property
    def since(self) -> datetime:
        """Nothing of it took effect before."""
        return min([one.effective_at for one in self.openings if one.effective_at] + [self.fresh[0].effective_at])


class SalesImport:
    """Imports sales, returns and corrections of stock from a shop's own file."""

    def __init__(self, storage: ImportStorage[SalesBooks], sheets: SheetReader, clock: Clock) -> None:
        self._storage, self._sheets, self._clock = storage, sheets, clock

    async def __call__(self, actor: Actor, command: ImportSales, progress: Progress) -> SalesImported:
        """Reads the file, then writes all that is new of it in one transaction.

        Raises `UnreadableSheet`, `NotFound` for the site, or `Invalid` with the faults of all lines, and what the ledger
        refuses; then nothing has been written.
        """
        for permission in ("product:write", "sale:record", "stock:post", "stock:adjust"):
            actor.require(permission)
        site = await self._storage.site(actor, command.site)
        zone = _zone(command.time_zone or site.time_zone)
        reading = SalesReading(self._clock.now(), SalesFormat(zone, command.timestamps), command.product_code)
        file = await asyncio.to_thread(read_sales, self._sheets, command.path, reading, progress)
        async with self._storage.books(actor) as books:
            if not command.dry_run:
                await books.close()
            plan = await _planned(books, site, zone, file)
            if not command.dry_run:
                await _write(books, actor, site, plan, progress)
        return SalesImported(file.report, len(plan.fresh), len(plan.products), plan.opened or {}, command.dry_run)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError) as error:
        raise Invalid("unknown_time_zone", f"there is no time zone {name}") from error


async def _planned(books: SalesBooks, site: ImportSite, zone: ZoneInfo, file: SalesFile) -> _Plan:
    """What of the file is new, and what that takes. Raises `Invalid` with the faults of all products."""
    fresh = await _fresh(books, source_of(site.code), file)
    if not file.report.complete:
        raise Conflict("not_reconciled", "the lines accounted for do not add up to those of the file")
    if not fresh:
        return _Plan()
    first_lines: dict[str, int] = {}
    for posting in fresh:
        for line in posting.lines:
            first_lines.setdefault(line.sku, line.line_number)
    known = await books.products(list(first_lines))
    products = [
        Product(sku=product.sku, name=product.name, price=product.price or Decimal(0))
        for product in file.products.products()
        if product.sku in first_lines and product.sku not in known
    ]
    opened = await _opened(books, site, fresh, known)
    plan = _Plan(products, opened, opening_postings(opened, fresh, site.code, zone), fresh)
    refuse_if([*_product_faults(products, known, first_lines), *_period_faults(plan, site)], "invalid_sales_file")
    return plan


async def _fresh(books: SalesBooks, source: str, file: SalesFile) -> list[ImportedPosting]:
    """The postings that the books do not hold, in posting order; every line is settled in the file's report."""
    if not file.lines:
        return []
    first, last = file.lines[0][0].moment.utc, file.lines[-1][0].moment.utc
    held = await books.imported(source, first - ZONES_APART, last + ZONES_APART)
    return await asyncio.to_thread(_settled, file, held)


def _settled(file: SalesFile, held: Mapping[str, Mapping[MoveKey, int]]) -> list[ImportedPosting]:
    nothing: Mapping[MoveKey, int] = {}
    fresh: list[ImportedPosting] = []
    for slip in slips(file.lines):
        settlement = settle(slip, held.get(slip.reference, nothing))
        fresh += settlement.fresh
        for line in settlement.known:
            file.report.settled(line, Skip.ALREADY_IMPORTED)
        for line in settlement.differing:
            file.report.settled(line, Skip.DIFFERS_FROM_IMPORTED)
    for posting in fresh:
        for line in posting.lines:
            file.report.settled(line, posting.kind)
    return fresh


async def _opened(
    books: SalesBooks, site: ImportSite, fresh: Sequence[ImportedPosting], known: Mapping[str, KnownProduct]
) -> Mapping[str, Decimal]:
    """Units that must have been there before the first new posting, by SKU."""
    ids = {sku: product.id for sku, product in known.items()}
    history = await books.stock(site.id, ids, fresh[0].effective_at)
    new = (change for posting in fresh for change in posting_changes(posting))
    changes = merge(history.later, new, key=lambda change: change.at)
    return await asyncio.to_thread(opening_stock, changes, history.on_hand)


def _product_faults(
    products: Sequence[Product], known: Mapping[str, KnownProduct], first_lines: Mapping[str, int]
) -> Iterator[Fault]:
    """Why products cannot be created or their sales not imported, each at its first line."""
    for product in products:
        for fault in product.faults():
            yield Fault(f"/{first_lines[product.sku]}/stock_code", fault.code, fault.detail)
    for sku, found in known.items():
        pointer = f"/{first_lines[sku]}/stock_code"
        if found.kind is ProductKind.KIT:
            yield Fault(pointer, "kit", f"{sku} is a kit: its sales cannot be imported")
        if found.tracking is not Tracking.NONE:
            yield Fault(pointer, "tracked", f"{sku} is tracked by lot or serial number, which the file does not say")
        if not found.active:
            yield Fault(pointer, "inactive", f"{sku} is inactive")


def _period_faults(plan: _Plan, site: ImportSite) -> Iterator[Fault]:
    locked = site.locked_through
    if locked and plan.since <= locked:
        first = plan.fresh[0].lines[0]
        detail = f"the period is locked through {locked.isoformat()}, and the import begins at {plan.since.isoformat()}"
        yield Fault(f"/{first.line_number}/invoice_ts", "period_locked", detail)


async def _write(books: SalesBooks, actor: Actor, site: ImportSite, plan: _Plan, progress: Progress) -> None:
    if not plan.fresh:
        return
    await books.add_products(plan.products)
    progress("posting", 0)
    await books.post(actor, plan.since, _postings(plan, site), lambda lines: progress("posting", lines))


def _postings(plan: _Plan, site: ImportSite) -> Iterator[Posting]:
    yield from plan.openings
    for imported in plan.fresh:
        yield to_posting(imported, site.code, site.currency)
