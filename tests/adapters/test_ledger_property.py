"""The ledger on PostgreSQL against the model, on random work."""

import asyncio
import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, run_state_machine_as_test

from adapters.postgres.engine import Database
from adapters.postgres.group_commit import GroupCommitLedger
from adapters.postgres.repositories.postings import PostingLookup
from adapters.postgres.verification import PostgresVerifier
from core.commands.companies import CreateLocation, create_location
from core.domain.access import Actor
from core.domain.company import CostingMethod
from core.domain.errors import DomainError
from core.domain.ids import new_id
from core.domain.reservation import ReservationState, Wish
from core.domain.stock import CUSTOMER, SCRAP, SUPPLIER, Line, Posting, PostingKind, reversal
from core.ports.stock_ledger import Posted
from core.ports.storage import UnitOfWork
from tests.ledger_machine import (
    TODAY,
    Action,
    Call,
    LedgerMachine,
    action,
    indexes,
    moment,
    profile,
    quantities,
    sites,
    told,
)
from tests.ledger_model import MAY_NAME_A_KIT, LedgerModel, Promise, Refused, Stock, site_of
from tests.shop import Shop, open_shop

_BALANCES = """
    SELECT p.sku, l.address, t.number, b.on_hand FROM stock_balance b
    JOIN product p ON p.company_id = b.company_id AND p.id = b.product_id
    JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
    LEFT JOIN lot t ON t.company_id = b.company_id AND t.product_id = b.product_id AND t.id = b.lot_id
    WHERE b.company_id = %s AND b.on_hand <> 0
"""
_PROMISED = """
    SELECT p.sku, s.code, t.promised FROM site_stock t
    JOIN product p ON p.company_id = t.company_id AND p.id = t.product_id
    JOIN site s ON s.company_id = t.company_id AND s.id = t.site_id
    WHERE t.company_id = %s AND t.promised <> 0
"""
_HELD_AT = """
    SELECT p.sku, s.code, a.on_hand FROM stock_as_of(%s) a
    JOIN product p ON p.company_id = %s AND p.id = a.product_id
    JOIN site s ON s.company_id = p.company_id AND s.id = a.site_id
    WHERE a.on_hand <> 0
"""
# The legs of transfers are posted here without the document that the check wants for them.
_CHECKS_OF_DOCUMENTS = {"what is in transit is what transfers shipped and nobody settled"}


class PostgresSystem:
    """The ledger of a shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.together = GroupCommitLedger(shop.database)

    async def post(self, postings: list[Posting]) -> Posted:
        return await self.shop.ledger.post(self.shop.admin, postings)

    async def post_together(self, postings: list[Posting]) -> list[Posted | DomainError]:
        outcomes = await asyncio.gather(
            *(self.together.post(self.shop.admin, [one]) for one in postings), return_exceptions=True
        )
        return [one for one in outcomes if isinstance(one, Posted | DomainError)]

    async def reverse(self, posting_id: UUID) -> Posted:
        original = await PostingLookup(self.shop.database).posting(self.shop.admin, posting_id)
        assert original is not None
        return await self.post([reversal(original, "a mistake")])

    async def allow_negative(self, site: str, allowed: bool) -> None:
        await self.shop.allow_negative(site, allowed=allowed)

    async def lock_period(self, through: datetime) -> None:
        await self.shop.lock_period(through)

    async def reserve(self, wish: Wish) -> list[UUID]:
        return (await self.shop.run(_reserve, self.shop.admin, wish)).result

    async def release(self, demand: UUID) -> None:
        await self.shop.run(_release, self.shop.admin, demand)

    async def write_checkpoints(self, days_ago: int) -> None:
        await self.shop.fetch("SELECT ledger_checkpoint(%s)", TODAY - timedelta(days=days_ago))

    async def balances(self) -> dict[Stock, Decimal]:
        rows: list[Any] = await self.shop.fetch(_BALANCES, self.shop.company_id)
        return {row[:3]: row[3] for row in rows}

    async def promised(self) -> dict[tuple[str, str], Decimal]:
        rows: list[Any] = await self.shop.fetch(_PROMISED, self.shop.company_id)
        return {row[:2]: row[2] for row in rows}

    async def held_at(self, at: datetime) -> dict[tuple[str, str], Decimal]:
        rows: list[Any] = await self.shop.fetch(_HELD_AT, at, self.shop.company_id)
        return {row[:2]: row[2] for row in rows}

    async def differences(self) -> list[str]:
        verifier = PostgresVerifier(self.shop.database)
        checks = [check for check in verifier.checks if check not in _CHECKS_OF_DOCUMENTS]
        found = [await verifier.differences(self.shop.company_id, "test", check) for check in checks]
        return [f"{one.check}: {one.detail}" for differences in found for one in differences]


async def _reserve(uow: UnitOfWork, actor: Actor, wish: Wish) -> list[UUID]:
    return await uow.reservations.reserve(actor, [wish])


async def _release(uow: UnitOfWork, _: Actor, demand: UUID) -> int:
    return await uow.reservations.end(demand, ReservationState.RELEASED)


async def open_system(database: Database, costing: CostingMethod) -> PostgresSystem:
    """A new shop with the products and places of the machine."""
    shop = await open_shop(database, costing)
    await shop.run(create_location, shop.admin, (shop.sites["UIO"], CreateLocation("A-01", "Shelf")))
    a, _ = [await shop.product(sku) for sku in "AB"]
    await shop.kit("SET", {a: "2", await shop.product("MILK", tracking="lot"): "1"})
    return PostgresSystem(shop)


class PostgresMachine(LedgerMachine):
    """Besides: lots, kits, several places at a site, promises, requests that arrive together, checkpoints."""

    products = ("A", "B", "MILK", "SET")
    places = ("UIO", "UIO/A-01", "GYE")
    routes = (*LedgerMachine.routes, ("UIO", "UIO/A-01"), ("UIO/A-01", "UIO"), ("UIO", "UIO/QUARANTINE"))
    system: PostgresSystem
    lots = {"OLD": TODAY - timedelta(days=2), "SOON": TODAY + timedelta(days=5), "EVER": None}  # noqa: RUF012

    def new_model(self) -> LedgerModel:
        model = super().new_model()
        model.tracked, model.kits = frozenset({"MILK"}), {"SET": {"A": Decimal(2), "MILK": Decimal(1)}}
        return model

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
        parts = self.model.kits.get(sku, {sku: Decimal(1)})
        demand = new_id()
        promises = [
            Promise(new_id() if place else demand, demand, sku, part, site, quantity * each, priority)
            for place, (part, each) in enumerate(parts.items())
        ]
        wish = Wish(demand, sku, site, quantity, 1, demand, priority=priority)
        self.agree(lambda: self.model.reserve(promises), self.system.reserve(wish))

    def fetch(self, index: int, quantity: Decimal, other: str | None, kind: PostingKind) -> None:
        """What was promised goes to whom it was promised; or the promise is named for something else."""
        if self.model.promises:
            promise = self.model.promises[index % len(self.model.promises)]
            end = SCRAP if kind is PostingKind.SCRAP else CUSTOMER
            line = Line(other or promise.wanted, promise.site, end, quantity, reservation_id=promise.demand)
            self.post([Posting(kind, (line,), reason="test")])

    def release(self, index: int) -> None:
        if self.model.promises:
            demand = self.model.promises[index % len(self.model.promises)].demand
            self.call(self.system.release(demand))
            self.model.release(demand)

    def post_together(self, postings: list[Posting]) -> None:
        """Requests that arrive together are answered as if they had come one after the other, in some order."""
        answers = self.call(self.system.post_together(postings))
        assert len(answers) == len(postings)
        after = self.call(self.system.balances())
        for order in permutations(range(len(postings))):
            model = copy.deepcopy(self.model)
            expected = {index: told(answer_of(model, postings[index])) for index in order}
            if after == model.balances() and all(expected[index] == told(one) for index, one in enumerate(answers)):
                self.model = model
                return
        raise AssertionError(f"no order explains {[told(one) for one in answers]} to {postings}")

    def write_checkpoints(self, days: int) -> None:
        self.call(self.system.write_checkpoints(days))

    def look_back(self, days: int, hours: int) -> None:
        at = moment(days) + timedelta(hours=hours)
        assert self.call(self.system.held_at(at)) == self.model.held_at(at)

    @invariant()
    def what_is_promised_is_the_sum_of_the_promises(self) -> None:
        assert self.call(self.system.promised()) == self.model.promised()

    def teardown(self) -> None:
        assert self.call(self.system.differences()) == []


def answer_of(model: LedgerModel, posting: Posting) -> object:
    try:
        return model.post([posting], datetime.now(UTC))
    except Refused as refusal:
        return refusal


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


@pytest.mark.parametrize("costing", list(CostingMethod))
def test_the_ledger_agrees_with_the_model(database_url: str, costing: CostingMethod) -> None:
    with own_database(database_url) as (call, database):
        run_state_machine_as_test(
            lambda: PostgresMachine(call, call(open_system(database, costing))),  # type: ignore[arg-type] # a factory does as well
            settings=profile(25, 25),
        )
