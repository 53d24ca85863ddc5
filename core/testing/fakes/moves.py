"""Moves in memory: what lies where is the sum of what moved."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from uuid import UUID

from core.domain.stock import Line
from core.testing.fakes.average_cost import Worth, amount


@dataclass(frozen=True, slots=True)
class Place:
    """Where goods lie or come from. Virtual ends have no site; what is in transit belongs to a site but is not in it."""

    address: str
    site: UUID | None = None
    physical: bool = False


@dataclass(frozen=True, slots=True)
class Product:
    id: UUID
    sku: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Move:
    """One line on its way into the books: line `line` of the posting at index `posting` of its request."""

    posting: int
    line: int
    product: Product
    source: Place
    destination: Place
    quantity: Decimal
    at: datetime
    asked: Line
    cost: Decimal = Decimal(0)

    def change_at(self, place: Place) -> Decimal:
        return self.quantity * ((self.destination == place) - (self.source == place))

    @property
    def site(self) -> UUID | None:
        """The site whose boundary is crossed."""
        if self.source.physical == self.destination.physical:
            return None
        return self.source.site if self.source.physical else self.destination.site

    @property
    def given_cost(self) -> Decimal | None:
        if self.asked.cost is None and self.asked.unit_cost is not None:
            return amount(self.asked.unit_cost * self.quantity)
        return self.asked.cost


Stock = tuple[Product, Place]


class Moves:
    """All moves of a company, and what its stock is worth."""

    def __init__(self) -> None:
        self._moves: list[Move] = []
        self._worth: dict[tuple[UUID, UUID], Worth] = {}

    def balances(self, and_also: Iterable[Move] = ()) -> dict[Stock, Decimal]:
        """What lies at each place of a site."""
        balances: dict[Stock, Decimal] = defaultdict(Decimal)
        for move in (*self._moves, *and_also):
            for place in (move.source, move.destination):
                if place.site:
                    balances[move.product, place] += move.change_at(place)
        return balances

    def lowest_since(self, since: datetime, stock: Stock, and_also: Iterable[Move]) -> tuple[datetime, Decimal]:
        """When, from then on, there was least, and how much."""
        product, place = stock
        changes: dict[datetime, Decimal] = defaultdict(Decimal)
        for move in (*self._moves, *and_also):
            if move.product == product:
                changes[move.at] += move.change_at(place)
        moments = sorted(changes)
        levels = zip(moments, accumulate(changes[moment] for moment in moments), strict=True)
        return min((level for level in levels if level[0] >= since), key=lambda level: level[1])

    def worth(self, product: UUID, site: UUID) -> Worth:
        return self._worth.get((product, site), Worth())

    def add(self, moves: Sequence[Move]) -> list[Move]:
        """The moves as they are in the books now: with what the goods were worth when they moved."""
        started: dict[tuple[UUID, UUID], Worth] = {}
        recorded = [self._costed(move, started) for move in moves]
        for stock, before in started.items():
            self._worth[stock] = self._worth[stock].after_request(before.unit_cost)
        self._moves += recorded
        return recorded

    def _costed(self, move: Move, started: dict[tuple[UUID, UUID], Worth]) -> Move:
        if move.site is None:
            return replace(move, cost=move.given_cost or Decimal(0))
        stock = (move.product.id, move.site)
        if stock not in started:
            started[stock] = self.worth(*stock)
            self._worth[stock] = started[stock].before_request(move.product.cost)
        worth = self._worth[stock]
        step = worth.after_arrival if move.destination.physical else worth.after_departure
        self._worth[stock], cost = step(move.quantity, move.given_cost)
        return replace(move, cost=cost)
