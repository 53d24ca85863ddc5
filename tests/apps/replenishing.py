"""A company whose stock is replenished: suppliers who sell, policies, the steps of the worker one by one, a clock of the test's own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.engine import Database
from apps.settings import Settings
from apps.worker.main import REPLENISHMENT, make_parts
from apps.worker.replenishing import Replenisher
from apps.worker.worker import Parts
from core.commands.replenishment import Evaluated, RunDone
from core.domain.access import Actor
from core.ports.replenishment import Scope
from tests.api import Api, Client
from tests.apps.purchasing import BREAKS
from tests.shop import Shop
from tests.way_out import AUDIT_KEY, OneCompany

TODAY = date(2026, 3, 4)


@dataclass
class SetClock:
    """Shows what it was set to, at first noon in Guayaquil on a Wednesday."""

    at: datetime = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Storeroom:
    """The company, somebody who buys for it, and its worker taken apart."""

    api: Api
    manager: Client
    parts: Parts
    clock: SetClock = field(default_factory=SetClock)
    suppliers: dict[str, str] = field(default_factory=dict)

    @property
    def shop(self) -> Shop:
        return self.api.shop

    @property
    def replenisher(self) -> Replenisher:
        return self.parts.replenisher

    async def sells(self, code: str, *skus: str, **terms: object) -> str:
        """A supplier, new or not, sells products on these terms; those that the company has not yet are made."""
        named = ("currency", "minimum_order_value")
        supplier: dict[str, object] = {name: terms.pop(name) for name in named if name in terms}
        if code not in self.suppliers:
            made = await self.manager.post_ok("/suppliers", {"code": code, "name": code, "currency": "USD", **supplier})
            self.suppliers[code] = made["id"]
        for sku in skus:
            await self.product(sku)
            item = {"product": sku, "price_breaks": BREAKS, "lead_time_days": 7, **terms}
            await self.manager.post_ok(f"/suppliers/{self.suppliers[code]}/items", item)
        return self.suppliers[code]

    async def product(self, sku: str) -> UUID:
        rows = await self.shop.fetch(
            "SELECT id FROM product WHERE company_id = %s AND sku = %s", self.shop.company_id, sku
        )
        return UUID(str(rows[0][0])) if rows else await self.shop.product(sku)

    async def policy(self, sku: str, minimum: object, target: object, site: str = "UIO", **terms: object) -> None:
        line = {"product": sku, "site": site, "minimum": str(minimum), "target": str(target), **terms}
        answer = await self.manager.put("/stock/policies", json={"policies": [line]})
        assert answer.is_success, answer.text

    async def policies(self, sku: str, site: str = "UIO") -> Any:
        return (await self.manager.get_ok("/stock/policies", product=sku, site=site))["items"][0]

    async def forecast(
        self, sku: str, weekly: object, spread: object = 0, site: str = "UIO", *, weeks_known: int = 52
    ) -> None:
        """Demand of so much a week; its quantiles lie by the spread times 0, 1, 2 … above it, whatever the horizon."""
        mean = [Decimal(str(weekly)) * weeks for weeks in (1, 2, 3, 4, 6, 8, 13, 26)]
        quantiles = [[one + Decimal(str(spread)) * step for one in mean] for step in range(6)]
        await self.shop.fetch(
            "INSERT INTO demand_forecast (company_id, product_id, site_id, as_of, mean, q50, q80, q90, q95, q98, q99, weeks)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            *(self.shop.company_id, await self.product(sku), self.shop.sites[site], TODAY - timedelta(days=2), mean),
            *(*quantiles, weeks_known),
        )

    async def stock(self, sku: str, quantity: int, site: str = "UIO") -> None:
        await self.product(sku)
        await self.shop.post("receipt", sku, quantity, site=site)

    async def sell(self, sku: str, quantity: int, site: str = "UIO") -> None:
        await self.shop.post("sale", sku, quantity, site=site)

    async def follow(self) -> Evaluated:
        """What happened reaches the policies, and those that it touched are looked at."""
        await self.parts.outbox.relay(self.shop.company_id, self.parts.core_subscriptions, 1000)
        while await self._is_due():
            await self.parts.deliverer.deliver(self.shop.company_id, REPLENISHMENT)
        return await self.propose()

    async def _is_due(self) -> bool:
        rows = await self.shop.fetch(
            "SELECT FROM delivery WHERE company_id = %s AND subscriber = %s AND state IN ('new', 'leased') LIMIT 1",
            *(self.shop.company_id, REPLENISHMENT),
        )
        return bool(rows)

    async def propose(self) -> Evaluated:
        return await self.replenisher.replenishing.propose(self.system, Scope())

    async def run(self) -> RunDone:
        """The worker's daily run."""
        await self.parts.outbox.relay(self.shop.company_id, self.parts.core_subscriptions, 1000)
        while await self._is_due():
            await self.parts.deliverer.deliver(self.shop.company_id, REPLENISHMENT)
        return await self.replenisher.replenishing.whole(self.system, Scope())

    @property
    def system(self) -> Actor:
        return Actor(UUID(int=0), self.shop.company_id, frozenset(), agent="replenishment")

    async def proposals(self, *states: str, **query: object) -> Sequence[Any]:
        """The proposals in these states (without any those that wait), by SKU and site."""
        page = await self.manager.get_ok("/replenishment/proposals", limit=500, state=list(states), **query)
        return sorted(page["items"], key=lambda one: (one["sku"], one["site"]))

    async def proposal(self, sku: str, site: str = "UIO", state: str = "proposed") -> Any:
        found = [one for one in await self.proposals(state) if (one["sku"], one["site"]) == (sku, site)]
        assert len(found) == 1, found
        return found[0]

    async def orders(self) -> Sequence[Any]:
        """All orders with their lines, the oldest first."""
        page = await self.manager.get_ok("/purchase-orders", limit=500)
        return [await self.manager.get_ok(f"/purchase-orders/{one['id']}") for one in reversed(page["items"])]

    async def transfers(self) -> Sequence[Any]:
        found: Sequence[Any] = (await self.manager.get_ok("/transfers"))["items"]
        return found


@asynccontextmanager
async def storeroom(api: Api, settings: Settings) -> AsyncIterator[Storeroom]:
    assert settings.database_url is not None
    dispatch, clock = Database(settings.database_url, role="pirwa_dispatch", size=2), SetClock()
    await dispatch.open()
    plugins = load_plugins([], "0.1.0")
    due = OneCompany(dispatch, api.shop.company_id)
    parts = make_parts(api.shop.database, dispatch, plugins, InMemoryBroker(), AUDIT_KEY, clock=clock, due=due)
    yield Storeroom(api, await api.client("manager"), parts, clock)
    await dispatch.close()


def ordered(order: Any) -> list[tuple[str, str]]:
    """The lines of an order as SKU and quantity."""
    return [(line["sku"], line["quantity"]) for line in order["lines"]]
