"""The ledger as one would explain it on paper: what lies where is the sum of what moved. Tests hold the real ones against it.

Products are SKUs, places are addresses; a posting is the domain's own `Posting`.
"""

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from uuid import UUID

from core.domain.stock import Line, Posting, PostingKind

Fault = tuple[str, str]
"""A pointer into the request, and a code."""
Stock = tuple[str, str, str | None]
"""A product, a place and a lot."""

MAY_NAME_A_KIT = {PostingKind.SALE, PostingKind.ISSUE, PostingKind.CUSTOMER_RETURN}
_NEVER_EXPIRED = {PostingKind.SALE, PostingKind.ISSUE, PostingKind.ASSEMBLY}


class Refused(Exception):
    """What the model would answer instead of recording."""

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


def site_of(place: str) -> str:
    """The code of the site that a place belongs to; empty for the ends outside."""
    return place.partition("/")[0].partition(":")[0]


def is_allocatable(place: str) -> bool:
    """Whether what lies there may be promised."""
    return ":" not in place and not place.endswith("/QUARANTINE")


def is_physical(place: str) -> bool:
    return ":" not in place


@dataclass
class LedgerModel:
    """What a company has recorded. `tracked` are the products with lots, `kits` those that are sold as their components."""

    products: frozenset[str]
    places: frozenset[str]
    today: date
    tracked: frozenset[str] = frozenset()
    kits: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    lots: dict[tuple[str, str], date | None] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    negative_ok: set[str] = field(default_factory=set)
    locked_through: datetime | None = None
    reversed: set[UUID] = field(default_factory=set)

    # ------------------------------------------------------------ what there is

    def balances(self, steps: Iterable[Step] = ()) -> dict[Stock, Decimal]:
        """What lies at the places of the sites, once `steps` are taken too."""
        sums: dict[Stock, Decimal] = defaultdict(Decimal)
        for step in (*self.steps, *steps):
            for stock, change in step.legs:
                sums[stock] += change
        return {stock: quantity for stock, quantity in sums.items() if quantity and site_of(stock[1])}

    def allocatable(self, product: str, site: str) -> Decimal:
        return sum(
            (
                quantity
                for (sku, place, _), quantity in self.balances().items()
                if sku == product and site_of(place) == site and is_allocatable(place)
            ),
            Decimal(0),
        )

    def promised(self) -> dict[tuple[str, str], Decimal]:
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for promise in self.promises:
            sums[promise.product, promise.site] += promise.open
        return {key: quantity for key, quantity in sums.items() if quantity}

    def held_at(self, moment: datetime) -> dict[tuple[str, str], Decimal]:
        """What each site held of each product as of a moment; what is in transit is at no site."""
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for step in self.steps:
            for (sku, place, _), change in step.legs if step.at <= moment else ():
                if is_physical(place):
                    sums[sku, site_of(place)] += change
        return {key: quantity for key, quantity in sums.items() if quantity}

    def history(self, product: str, site: str) -> list[tuple[Decimal, Decimal]]:
        """Each change of what a site holds of a product and the balance after it, newest first."""
        steps = sorted((step for step in self.steps if step.product == product), key=lambda step: step.at)
        changes = [
            sum(
                (change for stock, change in step.legs if is_physical(stock[1]) and site_of(stock[1]) == site),
                Decimal(0),
            )
            for step in steps
            if site in (site_of(step.source), site_of(step.destination))
        ]
        return list(zip(changes, accumulate(changes), strict=True))[::-1]

    # ------------------------------------------------------------ what changes it

    def post(self, postings: Sequence[Posting], now: datetime) -> list[Step]:
        """Records all postings of a request, or raises `Refused` and records none."""
        before = copy.copy(self.__dict__)
        self.lots, self.promises = dict(self.lots), copy.deepcopy(self.promises)
        try:
            steps = self._judged(postings, now)
        except Refused:
            self.__dict__.update(before)
            raise
        self.steps = [*self.steps, *steps]
        self.reversed = self.reversed | {posting.reversal_of for posting in postings if posting.reversal_of}
        return steps

    def reserve(self, promises: Sequence[Promise]) -> None:
        """Makes all promises or none."""
        wanted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for promise in promises:
            wanted[promise.product, promise.site] += promise.open
        for (product, site), quantity in wanted.items():
            free = self.allocatable(product, site) - self.promised().get((product, site), Decimal(0))
            if site not in self.negative_ok and free < quantity:
                raise Refused("insufficient_stock", [("/lines/0/quantity", "insufficient_stock")])
        self.promises = [*self.promises, *promises]

    def release(self, demand: UUID) -> None:
        self.promises = [promise for promise in self.promises if promise.demand != demand]

    def allow_negative(self, site: str, allowed: bool) -> None:
        below_zero = any(quantity < 0 and site_of(place) == site for (_, place, _), quantity in self.balances().items())
        over_promised = any(
            key[1] == site and quantity > self.allocatable(*key) for key, quantity in self.promised().items()
        )
        if not allowed and (below_zero or over_promised):
            raise Refused("insufficient_stock")
        self.negative_ok = self.negative_ok | {site} if allowed else self.negative_ok - {site}

    # ------------------------------------------------------------ how a request is judged

    def _judged(self, postings: Sequence[Posting], now: datetime) -> list[Step]:
        self._pointers = [f"/postings/{index}" if len(postings) > 1 else "" for index in range(len(postings))]
        _refuse("invalid_posting", (fault for index, one in enumerate(postings) for fault in self._faults(index, one)))
        steps = self._with_lots(
            [step for index, one in enumerate(postings) for step in self._exploded(index, one, one.effective_at or now)]
        )
        self._keep_promises(steps)
        self._refuse_promised(steps)
        self._refuse_missing(steps)
        if any(posting.reversal_of in self.reversed for posting in postings if posting.reversal_of):
            raise Refused("already_reversed")
        if any(posting.effective_at for posting in postings):
            self._refuse_missing_in_the_past(steps)
        return steps

    def _pointer(self, step: Step, name: str = "quantity") -> str:
        return f"{self._pointers[step.posting]}/lines/{step.line - 1}/{name}"

    def _faults(self, index: int, posting: Posting) -> Iterator[Fault]:
        """What is wrong whatever the stock."""
        if posting.effective_at and self.locked_through and posting.effective_at <= self.locked_through:
            yield f"{self._pointers[index]}/effective_at", "period_locked"
        for number, line in enumerate(posting.lines):
            pointer, sku = f"{self._pointers[index]}/lines/{number}", str(line.product)
            if sku not in self.products:
                yield f"{pointer}/product", "not_found"
            elif sku in self.kits and posting.kind not in MAY_NAME_A_KIT:
                yield f"{pointer}/product", "kit"
            if not {line.source, line.destination} <= self.places:
                yield f"{pointer}/site", "not_found"
            if sku in self.products - self.tracked and line.lot:
                yield f"{pointer}/lot", "unexpected"
            if sku in self.tracked and not line.lot and not site_of(str(line.source)):
                yield f"{pointer}/lot", "required"

    def _exploded(self, index: int, posting: Posting, at: datetime) -> Iterator[Step]:
        """A kit moves as its components."""
        for number, line in enumerate(posting.lines, 1):
            for sku, each in self.kits.get(str(line.product), {str(line.product): Decimal(1)}).items():
                yield Step(
                    index, number, posting.kind, sku, str(line.source), str(line.destination), line.quantity * each,
                    line.lot, at, posting.is_fact, line,
                )  # fmt: skip

    def _with_lots(self, steps: list[Step]) -> list[Step]:
        """Lots that arrive are made; where none is named, those that expire first are taken, but never expired ones."""
        for step in steps:
            if step.lot and not site_of(step.source):
                self.lots.setdefault((step.product, step.lot), step.asked.expires_on)
        _refuse("invalid_posting", self._faults_of_lots(steps))
        named = [step for step in steps if step.lot]
        left = self.balances(named)
        picked: list[Step] = []
        for step in steps:
            if step.product in self.tracked and not step.lot:
                picked += self._picked(step, left)
            else:
                picked.append(step)
        return picked

    def _faults_of_lots(self, steps: Iterable[Step]) -> Iterator[Fault]:
        for step in steps:
            arrives = not site_of(step.source)
            if arrives and step.product in self.tracked and not step.lot:
                yield self._pointer(step, "lot"), "required"
            elif step.lot and not arrives and (step.product, step.lot) not in self.lots:
                yield self._pointer(step, "lot"), "not_found"
            elif step.lot and not arrives and step.kind in _NEVER_EXPIRED and self._has_expired(step.product, step.lot):
                yield self._pointer(step, "lot"), "expired"

    def _has_expired(self, product: str, lot: str) -> bool:
        return (self.lots[product, lot] or date.max) < self.today

    def _picked(self, step: Step, left: dict[Stock, Decimal]) -> Iterator[Step]:
        """The lots that a step takes; what they do not cover keeps no lot."""
        wanted = step.quantity
        order = sorted(
            (until or date.max, lot) for (product, lot), until in self.lots.items() if product == step.product
        )
        for _, lot in order:
            stock = (step.product, step.source, lot)
            taken = min(wanted, max(left.get(stock, Decimal(0)), Decimal(0)))
            if taken and not self._has_expired(step.product, lot):
                left[stock] -= taken
                wanted -= taken
                yield replace(step, lot=lot, quantity=taken)
        if wanted:
            yield replace(step, quantity=wanted)

    def _keep_promises(self, steps: Iterable[Step]) -> None:
        """A line that names a promise uses it up; for a kit, the promises of that demand for its parts."""
        wanting = [step for step in steps if step.asked.reservation_id]
        known = {step: self._promise_of(step) for step in wanting}
        kept = {(step.posting, step.line) for step, promise in known.items() if promise}
        _refuse(
            "invalid_posting",
            (
                (self._pointer(step, "reservation"), "not_found")
                for step in wanting
                if (step.posting, step.line) not in kept
            ),
        )
        for step, promise in known.items():
            if promise:
                promise.open -= min(promise.open, step.quantity)
        self.promises = [promise for promise in self.promises if promise.open]

    def _promise_of(self, step: Step) -> Promise | None:
        of_kit = step.asked.product in self.kits
        for promise in self.promises:
            is_named = step.asked.reservation_id == (promise.demand if of_kit else promise.id)
            if is_named and (promise.product, promise.site) == (step.product, site_of(step.source)):
                return promise
        return None

    def _refuse_promised(self, steps: Sequence[Step]) -> None:
        """Nobody takes what is promised to others. What is lost is lost: it shortens promises instead."""
        short, lost = [], {}
        for key in sorted({(step.product, site_of(step.source)) for step in steps if is_allocatable(step.source)}):
            free = self._left_at_site(key, steps)
            if key[1] in self.negative_ok:
                continue
            if self._taken_at_site(key, steps) and free < self.promised().get(key, Decimal(0)):
                short.append(key)
            lost[key] = free - sum(
                (step.quantity for step in steps if step.is_fact and self._leaves(step, key)), Decimal(0)
            )
        if short:
            self._refuse_short(steps)
        for key, left in lost.items():
            self._shorten(key, self.promised().get(key, Decimal(0)) - max(left, Decimal(0)))

    def _leaves(self, step: Step, key: tuple[str, str]) -> bool:
        return (step.product, site_of(step.source)) == key and is_allocatable(step.source)

    def _taken_at_site(self, key: tuple[str, str], steps: Iterable[Step]) -> Decimal:
        return sum((step.quantity for step in steps if not step.is_fact and self._leaves(step, key)), Decimal(0))

    def _left_at_site(self, key: tuple[str, str], steps: Sequence[Step]) -> Decimal:
        """What is left to promise once all has arrived and everything but losses has left."""
        arriving = sum(
            (
                step.quantity
                for step in steps
                if (step.product, site_of(step.destination)) == key and is_allocatable(step.destination)
            ),
            Decimal(0),
        )
        return self.allocatable(*key) + arriving - self._taken_at_site(key, steps)

    def _shorten(self, key: tuple[str, str], by: Decimal) -> None:
        """The least important promise first, of equals the youngest."""
        youngest_first = [one for one in reversed(self.promises) if (one.product, one.site) == key]
        for promise in sorted(youngest_first, key=lambda one: one.priority):
            taken = min(max(by, Decimal(0)), promise.open)
            promise.open -= taken
            by -= taken
        self.promises = [promise for promise in self.promises if promise.open]

    def _refuse_missing(self, steps: Sequence[Step]) -> None:
        """No place gives more than it has, unless its site may go below zero; and nobody gives a lot that is in no place."""
        if any(self._is_short(stock, steps) for stock in self._taken(steps)):
            self._refuse_short(steps)

    def _taken(self, steps: Iterable[Step]) -> set[Stock]:
        return {(step.product, step.source, step.lot) for step in steps if site_of(step.source)}

    def _is_short(self, stock: Stock, steps: Sequence[Step]) -> bool:
        product, place, lot = stock
        if product in self.tracked and lot is None:
            return True
        return site_of(place) not in self.negative_ok and self.balances(steps).get(stock, Decimal(0)) < 0

    def _refuse_short(self, steps: Sequence[Step]) -> None:
        """Names the first line that takes from each place that is short, or from a site that has promised too much."""
        short = {stock for stock in self._taken(steps) if self._is_short(stock, steps)}
        any_lot = {(product, place) for product, place, lot in short if product in self.tracked and lot is None}
        named: dict[Stock, str] = {}
        for step in steps:
            if not site_of(step.source):
                continue
            stock = (step.product, step.source, None if (step.product, step.source) in any_lot else step.lot)
            if stock in short or self._site_is_short(stock, steps):
                named.setdefault(stock, self._pointer(step))
        raise Refused("insufficient_stock", ((pointer, "insufficient_stock") for pointer in named.values()))

    def _site_is_short(self, stock: Stock, steps: Sequence[Step]) -> bool:
        key = (stock[0], site_of(stock[1]))
        takes = any(
            not step.is_fact and (step.product, step.source) == stock[:2] and (stock[2] is None or step.lot == stock[2])
            for step in steps
        )
        return (
            takes
            and is_allocatable(stock[1])
            and key[1] not in self.negative_ok
            and self._left_at_site(key, steps) < self.promised().get(key, Decimal(0))
        )

    def _refuse_missing_in_the_past(self, steps: Sequence[Step]) -> None:
        """No place may have been below zero at a moment since goods were taken from it."""
        named = {}
        for step in steps:
            stock = (step.product, step.source, step.lot)
            if site_of(step.source) and site_of(step.source) not in self.negative_ok and stock not in named:
                since = min(one.at for one in steps if (one.product, one.source, one.lot) == stock)
                if self._lowest_since(since, stock, steps) < 0:
                    named[stock] = self._pointer(step)
        _refuse("insufficient_stock", ((pointer, "insufficient_stock") for pointer in named.values()))

    def _lowest_since(self, since: datetime, stock: Stock, steps: Sequence[Step]) -> Decimal:
        changes: dict[datetime, Decimal] = defaultdict(Decimal)
        for step in (*self.steps, *steps):
            changes[step.at] += sum((change for one, change in step.legs if one == stock), Decimal(0))
        moments = sorted(changes)
        levels = accumulate(changes[moment] for moment in moments)
        return min(level for moment, level in zip(moments, levels, strict=True) if moment >= since)


def _refuse(code: str, faults: Iterable[Fault]) -> None:
    if found := list(faults):
        raise Refused(code, found)
