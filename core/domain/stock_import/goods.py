"""Which product at which site a line of a stock sheet speaks of, and what forbids to open it there."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple
from uuid import UUID

from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.known_product import KnownProduct
from core.domain.product import ProductKind, Tracking
from core.domain.product_sheet import row_fault
from core.domain.stock_import.sheet import StockLine

MOST_LISTED = 5  # sites that a fault names all of

_CENT = Decimal("0.0001")
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

LotKey = tuple[UUID, str]
"""A product and the number of a lot, or the serial number, of it."""


class OpeningKey(NamedTuple):
    """What has one opening; `number` is that of the lot, or the serial number, '' where the product is not tracked."""

    site_id: UUID
    product_id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site of the company."""

    id: UUID
    code: str
    active: bool


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """A line whose site and product are found."""

    said: StockLine
    site: KnownSite
    product: KnownProduct

    @property
    def key(self) -> OpeningKey:
        return OpeningKey(self.site.id, self.product.id, self.said.lot or self.said.serial)

    @property
    def lot(self) -> LotKey:
        return self.product.id, self.key.number

    @property
    def cost(self) -> Decimal | None:
        """What its units are worth together, if it says so."""
        if self.said.unit_cost is None or self.said.quantity is None:
            return None
        return _EXACT.quantize(_EXACT.multiply(self.said.unit_cost, self.said.quantity), _CENT)

    def fault(self, column: str, code: str, detail: str) -> Fault:
        """What is wrong with one of its cells."""
        return row_fault(self.said.row, column, code, detail)


def find_goods(
    lines: Iterable[StockLine],
    products: Mapping[str, KnownProduct],
    sites: Mapping[str, KnownSite],
    default: KnownSite | None,
    actor: Actor,
) -> tuple[list[OpeningLine], list[Fault]]:
    """The lines that say enough to be held against the books, and what forbids each line to be opened.

    Products are given by their SKU as written; sites, of which `default` is that of lines that name none, by code.
    """
    found: list[OpeningLine] = []
    faults: list[Fault] = []
    for line in lines:
        site, product = sites.get(line.site) if line.site else default, products.get(line.sku)
        site_faults = _site_faults(site, actor) if site else [_no_site(line, sites)]
        unfit = [*site_faults, *_product_faults(line, product)]
        faults += (row_fault(line.row, fault.pointer, fault.code, fault.detail) for fault in unfit)
        if site and product and bool(line.lot or line.serial) == (product.tracking is not Tracking.NONE):
            found.append(OpeningLine(line, site, product))
    return found, faults


def _no_site(line: StockLine, sites: Collection[str]) -> Fault:
    if not line.site:
        return Fault("site", "required", "must name a site")
    few = len(sites) <= MOST_LISTED
    return Fault("site", "not_found", f"must be {' or '.join(sites)}" if few else f"there is no site {line.site}")


def _site_faults(site: KnownSite, actor: Actor) -> Iterator[Fault]:
    if not site.active:
        yield Fault("site", "closed", f"the site {site.code} is closed")
    if not actor.covers([site.id]):
        yield Fault("site", "forbidden", f"the site {site.code} is outside those that you may write")


def _product_faults(line: StockLine, product: KnownProduct | None) -> Iterator[Fault]:
    if product is None:
        if line.sku:
            yield Fault("sku", "not_found", f"there is no product {line.sku}")
        return
    if not product.active:
        yield Fault("sku", "inactive", f"{line.sku} is inactive")
    if product.kind is ProductKind.KIT:
        yield Fault("sku", "kit", f"{line.sku} is a kit and holds no stock of its own: open its components")
    else:
        yield from _tracking_faults(line, product.tracking)


def _tracking_faults(line: StockLine, tracking: Tracking) -> Iterator[Fault]:
    for column, number, tracked in (
        ("lot", line.lot, tracking is Tracking.LOT),
        ("serial", line.serial, tracking is Tracking.SERIAL),
    ):
        if tracked and not number and line.quantity != 0:
            yield Fault(column, "required", f"{line.sku} is tracked: name the {column}")
        if number and not tracked:
            yield Fault(column, "unexpected", f"{line.sku} is not tracked by {column}")
    if tracking is Tracking.NONE and line.expires_on is not None:
        yield Fault("expires_on", "unexpected", f"{line.sku} is not tracked, so that nothing of it can expire")
    if tracking is Tracking.SERIAL and line.quantity not in (None, 0, 1):
        yield Fault("quantity", "serial", "a serial number is exactly one unit")
