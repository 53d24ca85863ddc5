"""The ledger in memory against the model, on random work."""

import asyncio
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from hypothesis.stateful import run_state_machine_as_test

from core.domain.access import PRESETS, Actor
from core.domain.ids import new_id
from core.domain.stock import Posting, reversal
from core.ports.stock_ledger import Posted
from core.testing.fakes.ledger import InMemoryStockLedger
from tests.ledger_machine import LedgerMachine, profile
from tests.ledger_model import Stock


class InMemorySystem:
    """The ledger in memory with the products and sites of the machine."""

    def __init__(self) -> None:
        self.ledger = InMemoryStockLedger()
        self.actor = Actor(new_id(), new_id(), PRESETS["admin"])
        self.sites = {code: self.ledger.add_site(code) for code in ("UIO", "GYE")}
        self.products = {sku: self.ledger.add_product(sku, Decimal(2)) for sku in "AB"}
        self.posted: dict[UUID, Posting] = {}

    async def post(self, postings: list[Posting]) -> Posted:
        posted = await self.ledger.post(self.actor, postings)
        self.posted.update((posting.id, posting) for posting in postings)
        return posted

    async def reverse(self, posting_id: UUID) -> Posted:
        return await self.post([reversal(self.posted[posting_id], "a mistake")])

    async def allow_negative(self, site: str, allowed: bool) -> None:
        self.ledger.allow_negative(self.sites[site], allowed=allowed)

    async def lock_period(self, through: datetime) -> None:
        self.ledger.lock_period(through)

    async def balances(self) -> dict[Stock, Decimal]:
        return {(sku, address, None): quantity for (sku, address), quantity in self.ledger.balances().items()}


def test_the_ledger_in_memory_agrees_with_the_model() -> None:
    with asyncio.Runner() as runner:
        run_state_machine_as_test(
            lambda: LedgerMachine(runner.run, InMemorySystem()),  # type: ignore[arg-type] # a factory does as well
            settings=profile(60, 30),
        )
