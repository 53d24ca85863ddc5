"""The ledger on PostgreSQL against the model, on random work."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from adapters.postgres.engine import Database
from core.domain.company import CostingMethod
from core.domain.ids import new_id
from core.domain.reservation import Wish
from core.domain.stock import CUSTOMER, SCRAP, SUPPLIER, Line, Posting, PostingKind
from core.ports.stock_ledger import MoveView, Posted
from tests.model.books import Books
from tests.model.in_memory import InMemorySystem
from tests.model.judge import MAY_NAME_A_KIT
from tests.model.machine import (
    TODAY,
    Action,
    Call,
    LedgerMachine,
    action,
    explore,
    indexes,
    moment,
    quantities,
    sites,
    told,
)
from tests.model.postgres import PostgresSystem, open_system
from tests.model.steps import Promise, Refused, Stock, site_of


class PostgresMachine(LedgerMachine):
    """Besides: lots, kits, several places at a site, promises, requests that arrive together, checkpoints."""

    products = ("A", "B", "MILK", "SET")
    places = ("UIO", "UIO/A-01", "GYE")
    routes = (*LedgerMachine.routes, ("UIO", "UIO/A-01"), ("UIO/A-01", "UIO"), ("UIO", "UIO/QUARANTINE"))
    system: PostgresSystem
    lots = {"OLD": TODAY - timedelta(days=2), "SOON": TODAY + timedelta(days=5), "EVER": None}  # noqa: RUF012

    def new_books(self) -> Books:
        books = super().new_books()
        books.tracked, books.kits = frozenset({"MILK"}), {"SET": {"A": Decimal(2), "MILK": Decimal(1)}}
        return books

    def products_of(self, kind: PostingKind) -> tuple[str, ...]:
        """Kits where they make sense, and seldom elsewhere."""
        return self.products if kind in MAY_NAME_A_KIT else (*self.products[:-1] * 10, self.products[-1])

    def lines(self, kind: PostingKind, focus: str | None) -> st.SearchStrategy[Line]:
        lots = st.sampled_from([None, *self.lots, "NONE"])
        return st.builds(self._with_lot, super().lines(kind, focus), lots)

    def _with_lot(self, line: Line, lot: str | None) -> Line:
        arrives = not site_of(str(line.source))
        named = lot if line.product == "MILK" else None
        return replace(line, lot=named, expires_on=self.lots.get(named or "") if arrives else None)

    @initialize(quantity=quantities)
    def start_with_milk(self, quantity: Decimal) -> None:
        lines = [Line("MILK", SUPPLIER, "UIO", quantity, lot=lot, expires_on=until) for lot, until in self.lots.items()]
        self.post([Posting(PostingKind.RECEIPT, tuple(lines), effective_at=moment(3))])

    def actions(self) -> list[Action]:
        products = st.sampled_from(self.products)
        takers = st.sampled_from([PostingKind.SALE, PostingKind.ISSUE, PostingKind.SCRAP])
        return [
            *super().actions(),
            action("release", indexes),
            *[action("fetch", indexes, quantities, st.sampled_from([None, None, "A"]), takers)] * 2,
            *[action("reserve", products, sites, quantities, st.integers(0, 1))] * 2,
            *[action("post_together", self.requests((2, 2, 3), max_lines=1))] * 3,
            action("write_checkpoints", st.integers(1, 6)),
            action("look_back", st.integers(0, 6), st.sampled_from([-1, 1])),
        ]

    def reserve(self, sku: str, site: str, quantity: Decimal, priority: int) -> None:
        parts = self.books.kits.get(sku, {sku: Decimal(1)})
        demand = new_id()
        promises = [
            Promise(new_id() if place else demand, demand, sku, part, site, quantity * parts[part], priority)
            for place, part in enumerate(sorted(parts, key=self.system.products.__getitem__))
        ]
        wish = Wish(demand, sku, site, quantity, 1, demand, priority=priority)
        self.agree(lambda: self.books.reserve(promises), self.system.reserve(wish))

    def fetch(self, index: int, quantity: Decimal, other: str | None, kind: PostingKind) -> None:
        """What was promised goes to whom it was promised; or the promise is named for something else."""
        if self.books.promises:
            promise = self.books.promises[index % len(self.books.promises)]
            end = SCRAP if kind is PostingKind.SCRAP else CUSTOMER
            line = Line(other or promise.wanted, promise.site, end, quantity, reservation_id=promise.demand)
            self.post([Posting(kind, (line,), reason="test")])

    def release(self, index: int) -> None:
        if self.books.promises:
            demand = self.books.promises[index % len(self.books.promises)].demand
            self.call(self.system.release(demand))
            self.books.release(demand)

    def post_together(self, postings: list[Posting]) -> None:
        """Requests that arrive together are answered as if they had come one after the other, in some order."""
        answers = self.call(self.system.post_together(postings))
        assert len(answers) == len(postings)
        after = self.call(self.system.balances())
        for order in permutations(range(len(postings))):
            books = copy(self.books)
            expected = {index: told(answer_of(books, postings[index])) for index in order}
            if after == books.balances() and all(expected[index] == told(one) for index, one in enumerate(answers)):
                self.books = books
                return
        raise AssertionError(f"no order explains {[told(one) for one in answers]} to {postings}")

    def write_checkpoints(self, days: int) -> None:
        self.call(self.system.write_checkpoints(days))

    def look_back(self, days: int, hours: int) -> None:
        at = moment(days) + timedelta(hours=hours)
        assert self.call(self.system.held_at(at)) == self.books.held_at(at)

    @invariant()
    def what_is_promised_is_the_sum_of_the_promises(self) -> None:
        assert self.call(self.system.promised()) == self.books.promised()

    def teardown(self) -> None:
        assert self.call(self.system.differences()) == []


def answer_of(books: Books, posting: Posting) -> object:
    try:
        return books.post([posting], datetime.now(UTC))
    except Refused as refusal:
        return refusal


class BothSystems:
    """Both ledgers at once, which must answer alike, down to the cost of every line."""

    def __init__(self, postgres: PostgresSystem) -> None:
        self.postgres, self.in_memory = postgres, InMemorySystem()
        self.twin: dict[UUID, UUID] = {}

    async def post(self, postings: list[Posting]) -> Posted:
        return await self._alike(self.postgres.post(postings), self.in_memory.post(postings))

    async def reverse(self, posting_id: UUID) -> Posted:
        return await self._alike(self.postgres.reverse(posting_id), self.in_memory.reverse(self.twin[posting_id]))

    async def allow_negative(self, site: str, allowed: bool) -> None:
        await self.in_memory.allow_negative(site, allowed)
        await self.postgres.allow_negative(site, allowed)

    async def lock_period(self, through: datetime) -> None:
        await self.in_memory.lock_period(through)
        await self.postgres.lock_period(through)

    async def balances(self) -> dict[Stock, Decimal]:
        assert await self.in_memory.values() == await self.postgres.values()
        return await self.postgres.balances()

    async def _alike(self, *answering: Coroutine[Any, Any, Posted]) -> Posted:
        one, other = await asyncio.gather(*answering, return_exceptions=True)
        assert told(one) == told(other)
        if isinstance(one, BaseException):
            raise one
        assert isinstance(other, Posted)
        for posting, twin in zip(one.postings, other.postings, strict=True):
            self.twin[posting.id] = twin.id
            assert [shown(line) for line in posting.lines] == [shown(line) for line in twin.lines]
        return one


def shown(line: MoveView) -> tuple[object, ...]:
    return line.line, line.sku, line.source, line.destination, line.quantity, line.cost, line.unit_price, line.total


@contextmanager
def own_database(url: str) -> Iterator[tuple[Call, Database]]:
    """Connections in an event loop of their own: hypothesis calls from outside any loop."""
    with asyncio.Runner() as runner:
        database = Database(url, size=4)
        runner.run(database.open())
        try:
            yield runner.run, database
        finally:
            runner.run(database.close())


@pytest.mark.promise("I1")
@pytest.mark.promise("I2", "I3", "I4", "I7")
@pytest.mark.parametrize("costing", list(CostingMethod))
def test_the_ledger_agrees_with_the_model(database_url: str, costing: CostingMethod) -> None:
    with own_database(database_url) as (call, database):
        explore(lambda: PostgresMachine(call, call(open_system(database, costing))), 30, 25)


@pytest.mark.promise("I7")
def test_both_ledgers_answer_alike(database_url: str) -> None:
    with own_database(database_url) as (call, database):

        def machine() -> LedgerMachine:
            return LedgerMachine(call, BothSystems(call(open_system(database, CostingMethod.AVERAGE))))

        explore(machine, 25, 25)
