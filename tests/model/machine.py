"""Random work on a ledger, held against the model after every step."""

import os
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.domain.errors import DomainError
from core.domain.stock import ADJUSTMENT, CUSTOMER, SCRAP, SUPPLIER, Line, Posting, PostingKind
from core.ports.stock_ledger import Posted
from tests.model.books import Books
from tests.model.steps import Fault, Refused, Stock

Call = Callable[[Coroutine[Any, Any, Any]], Any]
"""Runs a coroutine to its end."""
Action = st.SearchStrategy[tuple[str, tuple[Any, ...]]]
"""The name of a method of the machine, and its arguments."""


class System(Protocol):
    """A ledger under test, with what administrators do to it."""

    async def post(self, postings: list[Posting]) -> Posted: ...
    async def reverse(self, posting_id: UUID) -> Posted: ...
    async def allow_negative(self, site: str, allowed: bool) -> None: ...
    async def lock_period(self, through: datetime) -> None: ...
    async def balances(self) -> dict[Stock, Decimal]: ...


TODAY = datetime.now(UTC).date()


def moment(days_ago: int) -> datetime:
    """Noon, some days ago."""
    return datetime.combine(TODAY, time(12), UTC) - timedelta(days=days_ago)


quantities = st.sampled_from([Decimal(one) for one in ("1", "2", "3", "5", "8", "0.25")])
sites = st.sampled_from(["UIO", "GYE"])
indexes = st.integers(0, 1000)  # of what has come to be: a draw must not depend on how that went
_MOMENTS = st.sampled_from([None] * 6 + [moment(days) for days in range(1, 7)])
_COSTS = st.sampled_from([None, *(Decimal(one) for one in ("1", "2.5", "3.3333"))])
_END = {
    PostingKind.RECEIPT: SUPPLIER,
    PostingKind.OPENING: ADJUSTMENT,
    PostingKind.CUSTOMER_RETURN: CUSTOMER,
    PostingKind.SALE: CUSTOMER,
    PostingKind.ISSUE: CUSTOMER,
    PostingKind.SUPPLIER_RETURN: SUPPLIER,
    PostingKind.SCRAP: SCRAP,
    PostingKind.ADJUSTMENT: ADJUSTMENT,
}
_ARRIVING = {PostingKind.RECEIPT, PostingKind.OPENING, PostingKind.CUSTOMER_RETURN}


class LedgerMachine(RuleBasedStateMachine):
    """Postings of all kinds, alone and several in one request, dated back, reversed; locks and negative stock."""

    products: tuple[str, ...] = ("A", "B")
    places: tuple[str, ...] = ("UIO", "GYE")
    routes: tuple[tuple[str, str], ...] = (("UIO", "UIO:TRANSIT"), ("UIO:TRANSIT", "GYE"), ("UIO:TRANSIT", "UIO"))

    def __init__(self, call: Call, system: System) -> None:
        super().__init__()
        self.call, self.system = call, system
        self.books = self.new_books()
        self.recorded: list[tuple[UUID, Posting]] = []

    def new_books(self) -> Books:
        ends = {SUPPLIER, CUSTOMER, ADJUSTMENT, SCRAP}
        places = {*self.places, *ends, *(place for route in self.routes for place in route)}
        return Books(frozenset(self.products), frozenset(places), TODAY)

    # ------------------------------------------------------------ what may be asked

    def products_of(self, _: PostingKind) -> tuple[str, ...]:
        return self.products

    def lines(self, kind: PostingKind, focus: str | None) -> st.SearchStrategy[Line]:
        """A line of this kind; now and then of a product or at a place that does not exist."""
        products = st.just(focus) if focus else st.sampled_from([*self.products_of(kind) * 15, "NONE"])
        if kind is PostingKind.TRANSFER:
            routes = st.sampled_from(self.routes)
            return st.builds(
                lambda sku, route, quantity: Line(sku, route[0], route[1], quantity), products, routes, quantities
            )
        places = st.sampled_from([*self.places * 20, "XXX"])
        arrives = st.booleans() if kind is PostingKind.ADJUSTMENT else st.just(kind in _ARRIVING)
        return st.builds(_line, st.just(kind), products, places, arrives, quantities, _COSTS)

    def postings(self, focus: str | None, max_lines: int = 3) -> st.SearchStrategy[Posting]:
        kinds = st.sampled_from([PostingKind.RECEIPT, PostingKind.SALE, *_END, PostingKind.TRANSFER])
        return kinds.flatmap(
            lambda kind: st.builds(
                lambda lines, at: Posting(kind, tuple(lines), reason="test", effective_at=at),
                st.lists(self.lines(kind, focus), min_size=1, max_size=max_lines),
                _MOMENTS,
            )
        )

    def requests(self, sizes: Sequence[int], max_lines: int = 3) -> st.SearchStrategy[list[Posting]]:
        """Some postings, often all of one product, so that they meet."""
        chosen = st.tuples(st.sampled_from(sizes), st.sampled_from([None, None, None, *self.products[:3]]))
        return chosen.flatmap(lambda of: st.lists(self.postings(of[1], max_lines), min_size=of[0], max_size=of[0]))

    def actions(self) -> list[Action]:
        """What may happen next; the more often in the list, the more likely."""
        chores = [
            action("allow_negative", sites, st.booleans()),
            action("lock_period", st.integers(4, 9)),
        ]
        return [action("post", self.requests((1, 1, 1, 2, 3)))] * 8 + [action("reverse", indexes)] * 2 + chores

    # ------------------------------------------------------------ what is done

    @initialize(quantity=st.sampled_from([Decimal(5), Decimal(20)]))
    def start_with_stock(self, quantity: Decimal) -> None:
        lines = [Line(sku, SUPPLIER, place, quantity, Decimal(2)) for sku in "AB" for place in self.places]
        self.post([Posting(PostingKind.RECEIPT, tuple(lines), effective_at=moment(4))])

    @rule(what=st.runner().flatmap(lambda self: one_of(self.actions())))
    def act(self, what: tuple[str, tuple[Any, ...]]) -> None:
        name, arguments = what
        getattr(self, name)(*arguments)

    def reverse(self, index: int) -> None:
        posting_id, mirrored = self.recorded[index % len(self.recorded)]
        self.agree(lambda: self.books.post([mirrored], datetime.now(UTC)), self.system.reverse(posting_id))

    def allow_negative(self, site: str, allowed: bool) -> None:
        self.agree(lambda: self.books.allow_negative(site, allowed), self.system.allow_negative(site, allowed))

    def lock_period(self, days: int) -> None:
        self.call(self.system.lock_period(moment(days)))
        self.books.locked_through = moment(days)

    def post(self, postings: list[Posting]) -> None:
        steps, posted = self.agree(
            lambda: self.books.post(postings, datetime.now(UTC)), self.system.post(postings), postings
        )
        for index, view in enumerate(posted.postings if posted else ()):
            recorded = [(line.sku, line.source, line.destination, line.lot, line.quantity) for line in view.lines]
            expected = [
                (step.product, step.source, step.destination, step.lot, step.quantity)
                for step in steps
                if step.posting == index
            ]
            assert Counter(recorded) == Counter(expected)
            lines = (Line(sku, target, source, quantity, lot=lot) for sku, source, target, lot, quantity in recorded)
            self.recorded.append((view.id, Posting(postings[index].kind, tuple(lines), reversal_of=view.id)))

    def agree(
        self, of_books: Callable[[], Any], of_system: Coroutine[Any, Any, Any], request: object = None
    ) -> tuple[Any, Any]:
        """Both answers where both do it; where one refuses, the other must refuse too, for the same faults."""
        try:
            expected: Any = of_books()
        except Refused as refusal:
            expected = refusal
        try:
            answer: Any = self.call(of_system)
        except DomainError as refusal:
            answer = refusal
        assert told(answer) == told(expected), f"{told(answer)} instead of {told(expected)} to {request}"
        return (None, None) if isinstance(expected, Refused) else (expected, answer)

    @invariant()
    def what_lies_where_is_the_sum_of_what_moved(self) -> None:
        assert self.call(self.system.balances()) == self.books.balances()


def action(name: str, *arguments: st.SearchStrategy[Any]) -> Action:
    return st.tuples(st.just(name), st.tuples(*arguments))


def one_of(actions: list[Action]) -> Action:
    """One of the actions, the likelier the more often it is in the list."""
    return st.sampled_from(range(len(actions))).flatmap(actions.__getitem__)


def _line(kind: PostingKind, sku: str, place: str, arrives: bool, quantity: Decimal, cost: Decimal | None) -> Line:
    if arrives:
        return Line(sku, _END[kind], place, quantity, unit_cost=cost)
    return Line(sku, place, _END[kind], quantity)


def told(answer: object) -> tuple[str, frozenset[Fault]] | None:
    """Why a request was refused: the code, and every fault."""
    if isinstance(answer, DomainError):
        return answer.code, frozenset((fault.pointer, fault.code) for fault in answer.faults)
    return (answer.code, answer.faults) if isinstance(answer, Refused) else None


def explore(machine: Callable[[], LedgerMachine], examples: int, steps: int) -> None:
    """Does random work on new machines; `PIRWA_TEST_EXAMPLES` multiplies how often."""
    profile = settings(
        max_examples=examples * int(os.environ.get("PIRWA_TEST_EXAMPLES", "1")),
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=profile)  # type: ignore[arg-type]  # it takes any factory
