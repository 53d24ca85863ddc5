"""A company that is given recommendations: its worker taken apart, a clock of the test's own, stock and sales of long ago."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from apps.settings import Settings
from core.ports.stock_ledger import PostingView
from tests.api import Api, Client
from tests.apps.replenishing import Storeroom, storeroom

DAY = timedelta(days=1)


@dataclass
class Advice:
    """The company, an administrator who reads English, and the steps of its worker."""

    room: Storeroom
    admin: Client

    async def look(self) -> None:
        """What the worker does every hour."""
        [job] = [job for job in self.room.parts.schedule.jobs if job.name == "find_recommendations"]
        await job.run(self.room.clock.at)

    async def post(
        self, kind: str, sku: str, quantity: object, *, days_ago: float = 0, site: str = "UIO", **line: object
    ) -> PostingView:
        """A posting of so many days before the clock's now."""
        await self.room.product(sku)
        at = self.room.clock.at - days_ago * DAY
        numbers: dict[str, Any] = {name: Decimal(str(value)) for name, value in line.items()}
        return await self.room.shop.post(kind, sku, str(quantity), site=site, at=at, **numbers)

    async def price(self, sku: str, price: str) -> None:
        product = await self.room.product(sku)
        assert (await self.admin.patch(f"/products/{product}", json={"price": price})).is_success

    async def given(self, *kinds: str, client: Client | None = None, **query: object) -> list[Any]:
        """What is recommended, in its order."""
        page = await (client or self.admin).get_ok("/recommendations", limit=500, kind=list(kinds), **query)
        found: list[Any] = page["items"]
        return found

    async def one(self, kind: str, client: Client | None = None) -> Any:
        found = await self.given(kind, client=client)
        assert len(found) == 1, found
        return found[0]

    async def accept(self, recommendation: Any, client: Client | None = None) -> Any:
        return await (client or self.admin).post_ok(f"/recommendations/{recommendation['id']}/accept", {})

    async def dismiss(self, recommendation: Any, client: Client | None = None) -> Any:
        return await (client or self.admin).post_ok(f"/recommendations/{recommendation['id']}/dismiss", {})

    async def told(self) -> list[Any]:
        """What was told to have been found, the oldest first."""
        rows = await self.room.shop.fetch(
            "SELECT data FROM outbox_event WHERE company_id = %s AND type = 'recommendation_found' ORDER BY occurred_at, id",
            self.room.shop.company_id,
        )
        return [row[0] for row in rows]


@asynccontextmanager
async def advice(api: Api, settings: Settings) -> AsyncIterator[Advice]:
    async with storeroom(api, settings) as room:
        admin = await api.client("admin")
        await speak(api, "admin", "en")
        yield Advice(room, admin)


async def speak(api: Api, role: str, locale: str) -> None:
    """Whoever was made last with the role reads this language."""
    await api.shop.fetch("UPDATE app_user SET locale = %s WHERE id = %s", locale, api.users[role])
