"""The ledger in memory keeps the contract of the real one, so that a test that stands on it says something."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest

from core.domain.access import PRESETS, Actor
from core.domain.ids import new_id
from core.testing.contracts.stock_ledger import LedgerWorld, StockLedgerContract
from core.testing.fakes.ledger import InMemoryStockLedger


class InMemoryWorld:
    def __init__(self) -> None:
        self.ledger = InMemoryStockLedger()
        self.actor = Actor(new_id(), new_id(), PRESETS["admin"])

    async def product(self, sku: str) -> UUID:
        return self.ledger.add_product(sku)

    async def site(self, code: str, *, negative_ok: bool = False) -> UUID:
        return self.ledger.add_site(code, negative_ok=negative_ok)

    async def lock_period(self, through: datetime) -> None:
        self.ledger.lock_period(through)

    async def on_hand(self, sku: str, address: str) -> Decimal:
        return self.ledger.balances().get((sku, address), Decimal(0))

    async def value(self, product: UUID, site: UUID) -> Decimal:
        return self.ledger.value(product, site)


class TestInMemoryStockLedger(StockLedgerContract):
    @pytest.fixture
    async def world(self) -> LedgerWorld:
        return InMemoryWorld()
