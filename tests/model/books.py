"""The ledger as one would explain it on paper: what lies where is the sum of what moved. Tests hold the real ones against it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from uuid import UUID

from core.domain.stock import Posting
from tests.model.judge import Judge
from tests.model.steps import AtSite, Promise, Refused, Step, Stock, is_allocatable, is_physical, site_of, total


@dataclass
class Books:
    """What a company has recorded. `tracked` are the products with lots, `kits` those that move as their components."""

    products: frozenset[str]
    places: frozenset[str]
    today: date
    tracked: frozenset[str] = frozenset()
    kits: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    lots: Mapping[tuple[str, str], date | None] = field(default_factory=dict)
    steps: Sequence[Step] = ()
    promises: Sequence[Promise] = ()
    negative_ok: frozenset[str] = frozenset()
    locked_through: datetime | None = None
    reversed: frozenset[UUID] = frozenset()

    def balances(self, and_also: Iterable[Step] = ()) -> dict[Stock, Decimal]:
        """What lies at the places of the sites."""
        sums: dict[Stock, Decimal] = defaultdict(Decimal)
        for step in (*self.steps, *and_also):
            for stock, change in step.legs:
                sums[stock] += change
        return {stock: quantity for stock, quantity in sums.items() if quantity and site_of(stock[1])}

    def allocatable(self, of: AtSite) -> Decimal:
        """What a site has to promise."""
        return total(
            quantity
            for (product, place, _), quantity in self.balances().items()
            if (product, site_of(place)) == of and is_allocatable(place)
        )

    def promised(self) -> dict[AtSite, Decimal]:
        sums: dict[AtSite, Decimal] = defaultdict(Decimal)
        for promise in self.promises:
            sums[promise.product, promise.site] += promise.open
        return dict(sums)

    def held_at(self, moment: datetime) -> dict[AtSite, Decimal]:
        """What each site held of each product as of a moment; what is in transit is at no site."""
        sums: dict[AtSite, Decimal] = defaultdict(Decimal)
        for step in self.steps:
            for (product, place, _), change in step.legs:
                if step.at <= moment and site_of(place) and is_physical(place):
                    sums[product, site_of(place)] += change
        return {of: quantity for of, quantity in sums.items() if quantity}

    def history(self, of: AtSite) -> list[tuple[Decimal, Decimal]]:
        """Each change of what a site holds of a product, and the balance after it; newest first."""
        changes = [
            change
            for step in sorted(self.steps, key=lambda step: step.at)
            for (product, place, _), change in step.legs
            if (product, site_of(place)) == of and is_physical(place)
        ]
        return list(zip(changes, accumulate(changes), strict=True))[::-1]

    def post(self, postings: Sequence[Posting], now: datetime) -> list[Step]:
        """Records all postings of a request, or raises `Refused` and records none."""
        judge = Judge(self, postings)
        steps = judge.steps(now)
        self.steps = [*self.steps, *steps]
        self.lots, self.promises = judge.lots, [promise for promise in judge.promises if promise.open]
        self.reversed |= {posting.reversal_of for posting in postings if posting.reversal_of}
        return steps

    def reserve(self, promises: Sequence[Promise]) -> None:
        """Makes all promises or none."""
        for of in {(promise.product, promise.site) for promise in promises}:
            wanted = total(promise.open for promise in promises if (promise.product, promise.site) == of)
            if of[1] not in self.negative_ok and self.allocatable(of) - self.promised().get(of, Decimal(0)) < wanted:
                raise Refused("insufficient_stock", [("/lines/0/quantity", "insufficient_stock")])
        self.promises = [*self.promises, *promises]

    def release(self, demand: UUID) -> None:
        self.promises = [promise for promise in self.promises if promise.demand != demand]

    def allow_negative(self, site: str, allowed: bool) -> None:
        below_zero = any(quantity < 0 and site_of(place) == site for (_, place, _), quantity in self.balances().items())
        over_promised = any(of[1] == site and more > self.allocatable(of) for of, more in self.promised().items())
        if not allowed and (below_zero or over_promised):
            raise Refused("insufficient_stock")
        self.negative_ok = self.negative_ok | {site} if allowed else self.negative_ok - {site}
