"""How a request to the model is judged, rule by rule, before anything is recorded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING

from core.domain.stock import Posting, PostingKind
from tests.model.steps import AtSite, Fault, Promise, Refused, Step, Stock, is_allocatable, site_of, total

if TYPE_CHECKING:
    from tests.model.books import Books

MAY_NAME_A_KIT = {PostingKind.SALE, PostingKind.ISSUE, PostingKind.CUSTOMER_RETURN}
_NEVER_EXPIRED = {PostingKind.SALE, PostingKind.ISSUE, PostingKind.ASSEMBLY}
_SHORT = "insufficient_stock"


class Judge:
    """Judges one request against the books. `lots` and `promises` are what the books will say if it is granted."""

    def __init__(self, books: "Books", postings: Sequence[Posting]) -> None:
        self.books, self.postings = books, postings
        self.lots, self.promises = dict(books.lots), deepcopy(list(books.promises))
        self.pointers = [f"/postings/{index}" if len(postings) > 1 else "" for index in range(len(postings))]

    def steps(self, now: datetime) -> list[Step]:
        """What the request does. Raises `Refused`."""
        _refuse("invalid_posting", (fault for index in range(len(self.postings)) for fault in self._faults(index)))
        steps = self._with_lots(list(self._exploded(now)))
        self._keep_promises(steps)
        self._refuse_what_is_promised(steps)
        if any(self._is_short(stock, steps) for stock in _taken(steps)):
            self._refuse_short(steps)
        if any(posting.reversal_of in self.books.reversed for posting in self.postings if posting.reversal_of):
            raise Refused("already_reversed")
        if any(posting.effective_at for posting in self.postings):
            self._refuse_what_was_not_there(steps)
        return steps

    def _pointer(self, step: Step, name: str = "quantity") -> str:
        return f"{self.pointers[step.posting]}/lines/{step.line - 1}/{name}"

    # ------------------------------------------------------------ what is wrong whatever the stock

    def _faults(self, index: int) -> Iterator[Fault]:
        posting, books = self.postings[index], self.books
        if posting.effective_at and books.locked_through and posting.effective_at <= books.locked_through:
            yield f"{self.pointers[index]}/effective_at", "period_locked"
        for number, line in enumerate(posting.lines):
            pointer, product = f"{self.pointers[index]}/lines/{number}", str(line.product)
            if product not in books.products:
                yield f"{pointer}/product", "not_found"
            elif product in books.kits and posting.kind not in MAY_NAME_A_KIT:
                yield f"{pointer}/product", "kit"
            if not {line.source, line.destination} <= books.places:
                yield f"{pointer}/site", "not_found"
            if product in books.products - books.tracked and line.lot:
                yield f"{pointer}/lot", "unexpected"
            if product in books.tracked and not line.lot and not site_of(line.source):
                yield f"{pointer}/lot", "required"

    def _exploded(self, now: datetime) -> Iterator[Step]:
        """A kit moves as its components."""
        for index, posting in enumerate(self.postings):
            for number, line in enumerate(posting.lines, 1):
                product, source, destination = str(line.product), str(line.source), str(line.destination)
                for part, each in self.books.kits.get(product, {product: Decimal(1)}).items():
                    yield Step(
                        index, number, posting.kind, part, source, destination, line.quantity * each, line.lot,
                        posting.effective_at or now, posting.is_fact, line,
                    )  # fmt: skip

    # ------------------------------------------------------------ lots

    def _with_lots(self, steps: list[Step]) -> list[Step]:
        """Lots that arrive are made; where none is named, those that expire first are taken, but never expired ones."""
        for step in steps:
            if step.lot and not site_of(step.source):
                self.lots.setdefault((step.product, step.lot), step.asked.expires_on)
        _refuse("invalid_posting", self._faults_of_lots(steps))
        left = defaultdict(Decimal, self.books.balances(step for step in steps if step.lot))
        picked: list[Step] = []
        for step in steps:
            unnamed = step.product in self.books.tracked and not step.lot
            picked += self._picked(step, left) if unnamed else [step]
        return picked

    def _faults_of_lots(self, steps: Iterable[Step]) -> Iterator[Fault]:
        for step in steps:
            arrives = not site_of(step.source)
            if arrives and step.product in self.books.tracked and not step.lot:
                yield self._pointer(step, "lot"), "required"
            elif step.lot and not arrives and (step.product, step.lot) not in self.lots:
                yield self._pointer(step, "lot"), "not_found"
            elif step.lot and not arrives and step.kind in _NEVER_EXPIRED and self._has_expired(step.product, step.lot):
                yield self._pointer(step, "lot"), "expired"

    def _has_expired(self, product: str, lot: str) -> bool:
        return (self.lots[product, lot] or date.max) < self.books.today

    def _picked(self, step: Step, left: dict[Stock, Decimal]) -> Iterator[Step]:
        """The lots that a step takes; what they do not cover keeps no lot."""
        wanted = step.quantity
        for _, lot in sorted((until or date.max, lot) for (of, lot), until in self.lots.items() if of == step.product):
            stock = (step.product, step.source, lot)
            taken = min(wanted, max(left[stock], Decimal(0)))
            if taken and not self._has_expired(step.product, lot):
                left[stock] -= taken
                wanted -= taken
                yield replace(step, lot=lot, quantity=taken)
        if wanted:
            yield replace(step, quantity=wanted)

    # ------------------------------------------------------------ promises

    def _keep_promises(self, steps: Iterable[Step]) -> None:
        """A line that names a promise uses it up; for a kit, the promises of that demand for its parts."""
        naming = [(step, self._promise_of(step)) for step in steps if step.asked.reservation_id]
        kept = {(step.posting, step.line) for step, promise in naming if promise}
        strangers = [step for step, _ in naming if (step.posting, step.line) not in kept]
        _refuse("invalid_posting", ((self._pointer(step, "reservation"), "not_found") for step in strangers))
        for step, promise in naming:
            if promise:
                promise.open -= min(promise.open, step.quantity)

    def _promise_of(self, step: Step) -> Promise | None:
        of_kit = step.asked.product in self.books.kits
        for promise in self.promises:
            is_named = step.asked.reservation_id == (promise.demand if of_kit else promise.id)
            if is_named and (promise.product, promise.site) == step.takes_promisable:
                return promise
        return None

    def _refuse_what_is_promised(self, steps: Sequence[Step]) -> None:
        """Nobody takes what is promised to others. What is lost is lost: it shortens promises instead."""
        touched = {of for step in steps if (of := step.takes_promisable) and of[1] not in self.books.negative_ok}
        if any(self._has_promised_too_much(of, steps) for of in touched):
            self._refuse_short(steps)
        for of in touched:
            lost = total(step.quantity for step in steps if step.is_fact and step.takes_promisable == of)
            self._shorten(of, self._promised(of) - max(self._left(of, steps) - lost, Decimal(0)))

    def _promised(self, of: AtSite) -> Decimal:
        return total(promise.open for promise in self.promises if (promise.product, promise.site) == of)

    def _left(self, of: AtSite, steps: Iterable[Step]) -> Decimal:
        """What a site has to promise once all has arrived and everything but losses has left."""
        arriving = total(step.quantity for step in steps if step.brings_promisable == of)
        leaving = total(step.quantity for step in steps if step.takes_promisable == of and not step.is_fact)
        return self.books.allocatable(of) + arriving - leaving

    def _has_promised_too_much(self, of: AtSite, steps: Sequence[Step]) -> bool:
        takes = any(step.takes_promisable == of and not step.is_fact for step in steps)
        return takes and of[1] not in self.books.negative_ok and self._left(of, steps) < self._promised(of)

    def _shorten(self, of: AtSite, by: Decimal) -> None:
        """The least important promise first, of equals the youngest."""
        youngest_first = [promise for promise in reversed(self.promises) if (promise.product, promise.site) == of]
        for promise in sorted(youngest_first, key=lambda one: one.priority):
            taken = min(max(by, Decimal(0)), promise.open)
            promise.open -= taken
            by -= taken

    # ------------------------------------------------------------ what is not there

    def _is_short(self, stock: Stock, steps: Iterable[Step]) -> bool:
        """Whether a place gives more than it has, which only some sites allow; or a lot that is in no place."""
        product, place, lot = stock
        if product in self.books.tracked and lot is None:
            return True
        return site_of(place) not in self.books.negative_ok and self.books.balances(steps).get(stock, Decimal(0)) < 0

    def _refuse_short(self, steps: Sequence[Step]) -> None:
        """Names the first line that takes from each place that is short, or whose site has promised too much."""
        short = {stock for stock in _taken(steps) if self._is_short(stock, steps)}
        of_any_lot = {
            (product, place) for product, place, lot in short if product in self.books.tracked and lot is None
        }
        named: dict[Stock, str] = {}
        for step in (step for step in steps if site_of(step.source)):
            place = (step.product, step.source)
            stock = (*place, None if place in of_any_lot else step.lot)
            if stock in short or self._site_is_short(stock, steps):
                named.setdefault(stock, self._pointer(step))
        raise Refused(_SHORT, ((pointer, _SHORT) for pointer in named.values()))

    def _site_is_short(self, stock: Stock, steps: Sequence[Step]) -> bool:
        product, place, lot = stock
        takes = any(
            (step.product, step.source) == (product, place) and lot in (None, step.lot) and not step.is_fact
            for step in steps
        )
        return takes and is_allocatable(place) and self._has_promised_too_much((product, site_of(place)), steps)

    def _refuse_what_was_not_there(self, steps: Sequence[Step]) -> None:
        """No place may have been below zero at a moment since goods were taken from it."""
        named: dict[Stock, str] = {}
        for step in steps:
            stock = step.comes_from
            if site_of(step.source) and site_of(step.source) not in self.books.negative_ok and stock not in named:
                since = min(one.at for one in steps if one.comes_from == stock)
                if self._lowest_since(since, stock, steps) < 0:
                    named[stock] = self._pointer(step)
        _refuse(_SHORT, ((pointer, _SHORT) for pointer in named.values()))

    def _lowest_since(self, since: datetime, stock: Stock, steps: Sequence[Step]) -> Decimal:
        changes: dict[datetime, Decimal] = defaultdict(Decimal)
        for step in (*self.books.steps, *steps):
            changes[step.at] += total(change for one, change in step.legs if one == stock)
        moments = sorted(changes)
        levels = accumulate(changes[moment] for moment in moments)
        return min(level for moment, level in zip(moments, levels, strict=True) if moment >= since)


def _taken(steps: Iterable[Step]) -> set[Stock]:
    """What is taken from places of sites."""
    return {step.comes_from for step in steps if site_of(step.source)}


def _refuse(code: str, faults: Iterable[Fault]) -> None:
    if found := list(faults):
        raise Refused(code, found)
