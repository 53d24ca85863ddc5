"""PostgreSQL keeps the contract of the stock ledger, one statement at a time and in groups."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest

from adapters.postgres.engine import Scope
from adapters.postgres.group_commit import GroupCommitLedger
from adapters.postgres.ledger import LedgerInTransaction, PostgresStockLedger
from core.commands.companies import CreateSite, create_site
from core.domain.access import Actor
from core.domain.company import SiteType
from core.ports.stock_ledger import StockLedger
from core.testing.contracts.stock_ledger import LedgerWorld, StockLedgerContract, sale
from tests.shop import Shop

_ON_HAND = """
    SELECT sum(b.on_hand) FROM stock_balance b
    JOIN product p ON p.company_id = b.company_id AND p.id = b.product_id
    JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
    WHERE b.company_id = %s AND p.sku = %s AND l.address = %s
"""


class ShopWorld:
    """A ledger of the test's shop."""

    def __init__(self, shop: Shop, ledger: StockLedger) -> None:
        self._shop, self.ledger = shop, ledger

    @property
    def actor(self) -> Actor:
        return self._shop.admin

    async def product(self, sku: str) -> UUID:
        return await self._shop.product(sku, cost="0")

    async def site(self, code: str, *, negative_ok: bool = False) -> UUID:
        site = CreateSite(code, code.title(), SiteType.WAREHOUSE, negative_ok)
        created = await self._shop.run(create_site, self._shop.admin, site)
        self._shop.sites[code] = created.result.id
        return created.result.id

    async def lock_period(self, through: datetime) -> None:
        await self._shop.lock_period(through)

    async def on_hand(self, sku: str, address: str) -> Decimal:
        rows = await self._shop.fetch(_ON_HAND, self._shop.company_id, sku, address)
        return Decimal(str(rows[0][0] or 0))

    async def value(self, product: UUID, site: UUID) -> Decimal:
        rows = await self._shop.fetch(
            "SELECT value FROM site_stock WHERE company_id = %s AND product_id = %s AND site_id = %s",
            self._shop.company_id,
            product,
            site,
        )
        return Decimal(str(rows[0][0]))


@pytest.mark.promise("I3", "B1")
class TestPostgresStockLedger(StockLedgerContract):
    @pytest.fixture
    async def world(self, shop: Shop) -> LedgerWorld:
        return ShopWorld(shop, PostgresStockLedger(shop.database))


@pytest.mark.promise("I3", "B1")
class TestGroupCommitLedger(StockLedgerContract):
    @pytest.fixture
    async def world(self, shop: Shop) -> LedgerWorld:
        return ShopWorld(shop, GroupCommitLedger(shop.database))


@pytest.mark.anyio
async def test_inside_a_unit_of_work_the_same_is_wrong_as_outside(shop: Shop) -> None:
    wrong = [sale(("NONE", 1), site="NOWHERE")]
    async with shop.database.transaction(Scope(shop.company_id)) as connection:
        inside = await LedgerInTransaction(connection).faults(shop.admin, wrong)
    assert [fault.pointer for fault in inside] == ["/postings/0/lines/0/product", "/postings/0/lines/0/site"]
    assert inside == await PostgresStockLedger(shop.database).faults(shop.admin, wrong)
