"""A set-up with a company in it, whose books can be compared with what people were told."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from adapters.postgres.engine import Database
from apps.settings import Settings
from core.domain.errors import Busy
from tests.api import token_of, tokens_of
from tests.plugins.fake_storefront.src.fake_storefront.folder import ShopFolder, ShopState
from tests.proof.http_line import HttpLine
from tests.proof.set_up import PATIENCE, SetUp
from tests.proof.workload import PRODUCTS, STOCK
from tests.shop import Shop, open_shop
from tests.way_out import PLUGIN


@dataclass
class House:
    """A set-up with a company in it, whose product P0 a storefront sells."""

    here: SetUp
    shop: Shop
    storefront: ShopFolder

    async def token(self) -> str:
        """That of somebody who has just signed in."""
        address = self.here.environment.get("PIRWA_PUBLIC_URL")
        tokens = tokens_of(self.shop.database, Settings(data=self.here.folder / "data", public_url=address))
        return await token_of(self.shop.database, tokens, self.shop.user_id, self.shop.company_id)

    async def signed_in(self) -> str:
        """The same, whatever has become of our own connections."""
        for _ in range(10):
            with suppress(Busy):
                return await self.token()
        return await self.token()

    async def switch_storefront_on(self) -> None:
        line = HttpLine(self.here.port, {"Authorization": f"Bearer {await self.token()}"}, 20)
        settings = {"folder": str(self.here.folder / "storefront"), "locations": {"UIO": "main"}}
        answer = await line.ask(
            "POST", f"/api/v1/plugins/{PLUGIN}/enable", {"settings": settings}, Idempotency_Key="on"
        )
        line.close()
        assert answer.status < 300, answer.body

    async def is_told(self) -> bool:
        """Whether every event has its number, was brought to whom it concerns, and the storefront shows what there is."""
        [[waiting]] = await self.shop.fetch(
            "SELECT (SELECT count(*) FROM outbox_event WHERE company_id = app_company() AND position IS NULL)"
            " + (SELECT count(*) FROM delivery WHERE company_id = app_company() AND state <> 'done')"
        )
        [[available]] = await self.shop.fetch(
            "SELECT trim_scale(greatest(allocatable - promised, 0))::text FROM site_stock s JOIN product p USING (company_id)"
            " WHERE company_id = app_company() AND p.id = s.product_id AND p.sku = 'P0' AND site_id = %s",
            self.shop.sites["UIO"],
        )
        return not waiting and self.storefront.read().levels.get("i0@main") == available

    async def told(self) -> float:
        """Waits until it is so. Returns in how many seconds. Raises AssertionError with what is not."""
        started = time.monotonic()
        while time.monotonic() - started < PATIENCE:
            with suppress(Busy):  # of the connections that were ours before it was killed
                if await self.is_told():
                    return time.monotonic() - started
            await asyncio.sleep(0.2)
        raise AssertionError(await self._waiting())

    async def _waiting(self) -> str:
        waiting = await self.shop.fetch(
            "SELECT subscriber, aggregate_key, position, state, attempts, (next_at - now())::text, last_error FROM delivery"
            " WHERE company_id = app_company() AND state <> 'done' ORDER BY subscriber, position LIMIT 20"
        )
        [[new]] = await self.shop.fetch(
            "SELECT count(*) FROM outbox_event WHERE company_id = app_company() AND position IS NULL"
        )
        [[channel]] = await self.shop.fetch(
            "SELECT row_to_json(c)::text FROM channel c WHERE company_id = app_company()"
        )
        worker = self.here.worker
        return (
            f"{new} events without a number; deliveries: {waiting}; channel: {channel}; shown: {self.storefront.read().levels};"
            f" worker {'lives' if worker and worker.lives() else 'is gone'}, it said:\n{worker.said()[-3000:] if worker else ''}"
        )


async def furnished(here: SetUp) -> House:
    """A company with products, stock and an administrator."""
    database = Database(here.postgres.url, size=2)
    await database.open()
    shop = await open_shop(database)
    for product in PRODUCTS:
        await shop.product(product)
        for place in ("UIO", "GYE"):
            await shop.post("receipt", product, STOCK, site=place)
    await shop.fetch(
        "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, 'admin')", shop.company_id, shop.user_id
    )
    folder = here.folder / "storefront"
    folder.mkdir()
    storefront = ShopFolder(folder)
    storefront.write(ShopState(items={"i0": "P0"}))
    return House(here, shop, storefront)
