"""A company with a Vendure shop: the real application, the worker taken apart, and a shop at the other end."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

import httpx
from litestar import Litestar
from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.plugin_loader.surroundings import Surroundings
from adapters.postgres.engine import Database
from adapters.secrets.key_ring import key_ring
from apps.settings import Settings
from apps.worker.mailing import OutgoingMail
from apps.worker.main import CHANNEL_ORDERS, STOREFRONT_SYNC, make_parts
from apps.worker.worker import Parts
from core.ports.http import HttpClient
from core.ports.incoming import IncomingWebhook
from core.testing.contracts.storefront import OtherSide
from tests.api import Api, Client, tokens_of
from tests.apps.sms import app_with
from tests.shop import Shop
from tests.way_out import AUDIT_KEY

VENDURE = "ecommerce_vendure"
ADDRESS = "https://stock.example.org"
WAITING = (
    ("delivery", "next_at"),
    ("channel", "next_at"),
    ("channel_order_feed", "next_at"),
    ("channel_order_hint", "next_at"),
    ("inbox_message", "next_at"),
    ("channel_link", "read_at"),
)


class FarShop(OtherSide, Protocol):
    """A shop, real or not, the way to it, and the settings that lead there."""

    @property
    def http(self) -> HttpClient: ...

    @property
    def settings(self) -> Mapping[str, object]: ...


@dataclass
class World:
    api: Api
    parts: Parts
    app: Litestar
    far: FarShop
    admin: Client

    @property
    def shop(self) -> Shop:
        return self.api.shop

    async def connect(self, **quantities: int) -> dict[str, str]:
        """Both sides sell these; here are so many of them, at UIO. Returns their ids there."""
        for sku, quantity in quantities.items():
            await self.shop.product(sku)
            await self.shop.post("receipt", sku, quantity, at=self.shop.days_ago(2))
        ids = dict(await self.far.sell(list(quantities)))
        settings = {**self.far.settings, "webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
        await self.admin.post_ok(f"/plugins/{VENDURE}/enable", {"settings": settings})
        await self.settle(2)
        return ids

    async def turn(self) -> None:
        """Each of the worker's steps, as often as there is something to do."""
        company, parts = self.shop.company_id, self.parts
        await parts.outbox.relay(company, [*parts.core_subscriptions, *parts.plugins.subscriptions()], 1000)
        for subscriber in (STOREFRONT_SYNC, CHANNEL_ORDERS):
            while await parts.deliverer.deliver(company, subscriber):
                pass
        assert parts.reading is not None
        steps = (parts.reading.read, parts.pulling.pull, parts.pusher.push)
        for step in steps:
            while await step(company, VENDURE):
                pass

    async def settle(self, turns: int = 2) -> None:
        """So many turns of the worker, each when everything is due that is done later or from time to time."""
        for _ in range(turns):
            for table, column in WAITING:
                await self.shop.fetch(
                    f"UPDATE {table} SET {column} = now() WHERE company_id = %s", self.shop.company_id
                )
            await self.turn()

    async def bring(self, webhook: IncomingWebhook) -> int:
        """A webhook comes to the company's address. Returns the answer's status."""
        path = urlsplit((await self.admin.get_ok(f"/plugins/{VENDURE}/settings"))["hook_url"]).path
        headers = {
            name: value for name, value in webhook.headers.items() if name.startswith(("webhook-", "content-type"))
        }
        transport = httpx.ASGITransport(cast("Any", self.app))
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            return (await client.post(path, content=webhook.body, headers=headers)).status_code

    # ---- what stands

    async def shown(self, ids: Mapping[str, str]) -> dict[str, int]:
        """What the shop shows, by SKU."""
        found = await self.far.shown()
        return {sku: int(found.get(item, Decimal(0))) for sku, item in ids.items()}

    async def available(self) -> dict[str, int]:
        """What may still be sold at UIO, by SKU."""
        rows = await self.shop.fetch(
            "SELECT p.sku, s.allocatable - s.promised FROM site_stock s JOIN product p ON p.company_id = s.company_id"
            " AND p.id = s.product_id WHERE s.company_id = %s AND s.site_id = %s",
            self.shop.company_id,
            self.shop.sites["UIO"],
        )
        return {sku: int(quantity) for sku, quantity in rows}

    async def sales(self) -> list[tuple[str, int]]:
        """Every movement of a sale: the SKU and how many."""
        rows = await self.shop.fetch(
            "SELECT pr.sku, m.quantity FROM move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id"
            " JOIN product pr ON pr.company_id = m.company_id AND pr.id = m.product_id"
            " WHERE m.company_id = %s AND p.kind = 'sale' ORDER BY pr.sku, m.quantity",
            self.shop.company_id,
        )
        return [(sku, int(quantity)) for sku, quantity in rows]

    async def orders(self) -> list[str]:
        """How the orders of the shop stand, the oldest first."""
        items = (await self.admin.get_ok("/channel-orders"))["items"]
        return [order["state"] for order in sorted(items, key=lambda order: str(order["placed_at"]))]


@asynccontextmanager
async def world_of(shop: Shop, far: FarShop, settings: Settings) -> AsyncIterator[World]:
    """The company with that shop at the other end. The plugin is not switched on yet."""
    assert settings.database_url is not None
    here = Settings(data=settings.data, database_url=settings.database_url, plugins=(VENDURE,), public_url=ADDRESS)
    plugins = load_plugins([VENDURE], "0.1.0", Surroundings(http=lambda plugin_id, hosts: far.http, address=ADDRESS))
    dispatch = Database(settings.database_url, role="pirwa_dispatch", size=2)
    await dispatch.open()
    outgoing = OutgoingMail(key_ring(here.secret_keys, here.data), None)
    parts = make_parts(shop.database, dispatch, plugins, InMemoryBroker(), AUDIT_KEY, outgoing, address=ADDRESS)
    async with app_with(here, plugins) as app:
        api = Api(app, shop, tokens_of(shop.database, here))
        yield World(api, parts, app, far, await api.client("admin"))
    await dispatch.close()
