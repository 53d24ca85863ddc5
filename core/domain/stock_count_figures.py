"""What people say that they counted: which product, lot and place it is, and what several figures of one key come to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Fault
from core.domain.product import ProductKind, Tracking
from core.domain.stock import CLOCK_TOLERANCE
from core.domain.stock_count import StockCount
from core.domain.values import level_fault, quantity_fault

FigureKey = tuple[UUID, UUID, str]
"""Product, place and lot (empty where the product has none)."""

MAX_FIGURES = 1_000
"""Figures of one request."""


class CountMode(StrEnum):
    """`set` says how much there is, `add` how much more somebody has found of it. `zero` is a line that nobody found anything of
    when the count was handed in."""

    SET = "set"
    ADD = "add"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class CountedGoods:
    """What a figure's references name (None: nothing). `pack` is how many units the barcode stands for that was scanned."""

    product: UUID | None
    kind: ProductKind | None
    tracking: Tracking | None
    pack: Decimal
    location: UUID | None


@dataclass(frozen=True, slots=True)
class Saying:
    """A figure as somebody said it. Without `counted_at` it was counted just now."""

    quantity: Decimal
    mode: CountMode
    lot: str | None
    counted_at: datetime | None
    goods: CountedGoods


@dataclass(frozen=True, slots=True)
class Figure:
    """What a request says about one key."""

    product: UUID
    location: UUID
    lot: str
    mode: CountMode
    quantity: Decimal
    counted_at: datetime | None

    @property
    def key(self) -> FigureKey:
        return self.product, self.location, self.lot


def figure_faults(count: StockCount, now: datetime, sayings: Sequence[Saying]) -> Iterator[Fault]:
    """Everything that is wrong with what a request says."""
    if not 1 <= len(sayings) <= MAX_FIGURES:
        yield Fault("/lines", "out_of_range", f"must have 1 to {MAX_FIGURES} lines")
    for index, saying in enumerate(sayings):
        pointer = f"/lines/{index}"
        yield from _goods_faults(pointer, saying)
        yield from _quantity_faults(f"{pointer}/quantity", saying)
        yield from _time_faults(f"{pointer}/counted_at", count, now, saying.counted_at)


def _goods_faults(pointer: str, saying: Saying) -> Iterator[Fault]:
    goods = saying.goods
    if goods.location is None:
        yield Fault(f"{pointer}/location", "not_found", "the site has no place of this id or code that holds goods")
    if goods.product is None:
        yield Fault(f"{pointer}/product", "not_found", "no product has this id, SKU or barcode")
    elif goods.kind is ProductKind.KIT:
        yield Fault(f"{pointer}/product", "kit", "a kit holds no stock of its own: count its components")
    elif goods.tracking is Tracking.NONE and saying.lot is not None:
        yield Fault(f"{pointer}/lot", "unexpected", "this product is not tracked by lot or serial number")
    elif goods.tracking is not Tracking.NONE and not (saying.lot or "").strip():
        yield Fault(f"{pointer}/lot", "required", "this product is tracked: name the lot or serial number")


def _quantity_faults(pointer: str, saying: Saying) -> Iterator[Fault]:
    check = quantity_fault if saying.mode is CountMode.ADD else level_fault
    if fault := check(pointer, saying.quantity):
        yield fault
    elif saying.goods.tracking is Tracking.SERIAL and saying.quantity * saying.goods.pack not in (0, 1):
        yield Fault(pointer, "serial", "a serial number is there, 1, or it is not, 0")


def _time_faults(pointer: str, count: StockCount, now: datetime, at: datetime | None) -> Iterator[Fault]:
    if at is None:
        return
    if at > now + CLOCK_TOLERANCE:
        yield Fault(pointer, "in_the_future", "must not lie in the future")
    elif count.opened_at and at < count.opened_at:
        yield Fault(pointer, "too_early", "was counted before this round of the count began")


def figures_of(sayings: Sequence[Saying]) -> Sequence[Figure]:
    """Sound sayings, one figure for each key. A later `set` replaces what was said before,
    an `add` adds to it. A serial number scanned twice is still one."""
    figures: dict[FigureKey, Figure] = {}
    for saying in sayings:
        figure = _figure(saying)
        if figure:
            figures[figure.key] = _joined(figures.get(figure.key), figure)
    return list(figures.values())


def _figure(saying: Saying) -> Figure | None:
    goods = saying.goods
    if goods.product is None or goods.location is None:
        return None
    mode = CountMode.SET if goods.tracking is Tracking.SERIAL else saying.mode
    lot, quantity = (saying.lot or "").strip(), saying.quantity * goods.pack
    return Figure(goods.product, goods.location, lot, mode, quantity, saying.counted_at)


def _joined(before: Figure | None, figure: Figure) -> Figure:
    if before is None or figure.mode is CountMode.SET:
        return figure
    times = (before.counted_at, figure.counted_at)
    latest = None if None in times else max(time for time in times if time)
    return replace(before, quantity=before.quantity + figure.quantity, counted_at=latest)
