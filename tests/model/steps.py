"""The words of the model: products are SKUs, places are addresses; what is asked for is the domain's own `Posting`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from core.domain.stock import Line, PostingKind

Fault = tuple[str, str]
"""A pointer into the request, and a code."""
Stock = tuple[str, str, str | None]
"""A product, a place and a lot."""
AtSite = tuple[str, str]
"""A product and a site."""


class Refused(Exception):
    """What the model answers instead of recording."""

    def __init__(self, code: str, faults: Iterable[Fault] = ()) -> None:
        self.code, self.faults = code, frozenset(faults)
        super().__init__(code, sorted(self.faults))


@dataclass(frozen=True)
class Step:
    """A quantity on its way from one place to another, for line `line` of posting `posting` of a request."""

    posting: int
    line: int
    kind: PostingKind
    product: str
    source: str
    destination: str
    quantity: Decimal
    lot: str | None
    at: datetime
    is_fact: bool
    asked: Line

    @property
    def legs(self) -> Iterator[tuple[Stock, Decimal]]:
        yield (self.product, self.source, self.lot), -self.quantity
        yield (self.product, self.destination, self.lot), self.quantity

    @property
    def comes_from(self) -> Stock:
        return self.product, self.source, self.lot

    @property
    def takes_promisable(self) -> AtSite | None:
        """The site that has less to promise afterwards."""
        return (self.product, site_of(self.source)) if is_allocatable(self.source) else None

    @property
    def brings_promisable(self) -> AtSite | None:
        """The site that has more to promise afterwards."""
        return (self.product, site_of(self.destination)) if is_allocatable(self.destination) else None


@dataclass
class Promise:
    """`open` of `product`, which is what was wanted or a component of it, at a site."""

    id: UUID
    demand: UUID
    wanted: str
    product: str
    site: str
    open: Decimal
    priority: int


def site_of(place: object) -> str:
    """The code of the site that a place belongs to; empty for the ends outside."""
    return str(place).partition("/")[0].partition(":")[0]


def is_physical(place: str) -> bool:
    """Whether goods there are at a site: neither outside nor in transit."""
    return ":" not in place


def is_allocatable(place: str) -> bool:
    """Whether what lies there may be promised."""
    return is_physical(place) and not place.endswith("/QUARANTINE")


def total(quantities: Iterable[Decimal]) -> Decimal:
    return sum(quantities, Decimal(0))
