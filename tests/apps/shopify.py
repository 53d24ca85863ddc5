"""A company with a Shopify shop: the real application, the worker taken apart, and the plugin's own fake shop at the other end."""

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

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
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.plugins import Plugins
from plugins.ecommerce_shopify.tests.fake_shopify import Delivery, FakeShopify
from plugins.ecommerce_shopify.tests.fake_shopify.records import gid
from plugins.ecommerce_shopify.tests.fake_shopify.server import CLIENT_ID, CLIENT_SECRET, DOMAIN
from tests.api import Api, Client, tokens_of
from tests.shop import Shop
from tests.way_out import AUDIT_KEY

SHOPIFY = "ecommerce_shopify"
ADDRESS = "https://stock.example.org"


@dataclass
class Line:
    """The way from the plugin to whichever shop the test has."""

    shop: FakeShopify = field(default_factory=FakeShopify)

    async def send(self, request: HttpRequest) -> HttpAnswer:
        return await self.shop.send(request)


def plugins_on(line: Line) -> Plugins:
    surroundings = Surroundings(http=lambda plugin_id, hosts: line, address=ADDRESS)
    return load_plugins([SHOPIFY], "0.1.0", surroundings)


@dataclass
class OnShopify:
    """The company and its shop."""

    api: Api
    parts: Parts
    app: Litestar
    shopify: FakeShopify
    chance: random.Random = field(default_factory=lambda: random.Random(5))

    @property
    def shop(self) -> Shop:
        return self.api.shop

    @property
    def settings(self) -> dict[str, object]:
        return {
            "shop": DOMAIN,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "locations": {"UIO": gid("Location", self.shopify.location)},
        }

    async def connect(self, admin: Client, **more: object) -> Any:
        """An administrator switches the plugin on, and the worker sets it up."""
        return await admin.post_ok(f"/plugins/{SHOPIFY}/enable", {"settings": {**self.settings, **more}})

    # ---- the worker

    async def turn(self) -> None:
        """Each of the worker's steps, as often as there is something to do."""
        company, parts = self.shop.company_id, self.parts
        await parts.outbox.relay(company, [*parts.core_subscriptions, *parts.plugins.subscriptions()], 1000)
        for subscriber in (STOREFRONT_SYNC, CHANNEL_ORDERS):
            while await parts.deliverer.deliver(company, subscriber):
                pass
        assert parts.reading is not None
        while await parts.reading.read(company, SHOPIFY):
            pass
        while await parts.pulling.pull(company, SHOPIFY):
            pass
        while await parts.pulling.look_again(company):
            pass
        while await parts.pusher.push(company, SHOPIFY):
            pass

    async def settle(self, turns: int = 6, *, hours: bool = False) -> None:
        """So many turns of the worker, each after whatever is to be tried later is due; with hours, also what is looked at from time to
        time."""
        for _ in range(turns):
            await self.let_time_pass(hours=hours)
            await self.turn()

    async def let_time_pass(self, *, hours: bool = False) -> None:
        self.shopify.budget.fill()
        company = self.shop.company_id
        for table, column in (
            ("delivery", "next_at"),
            ("channel", "next_at"),
            ("channel_order_feed", "next_at"),
            ("channel_order_hint", "next_at"),
            ("inbox_message", "next_at"),
        ):
            await self.shop.fetch(f"UPDATE {table} SET {column} = now() WHERE company_id = %s", company)
        await self.shop.fetch(
            "UPDATE plugin_health SET retry_at = now() WHERE company_id = %s AND retry_at IS NOT NULL", company
        )
        await self.shop.fetch(
            "UPDATE channel SET import_at = now() WHERE company_id = %s AND import_at < now() + interval '2 hours'",
            company,
        )
        later = "" if hours else " AND read_at < now() + interval '2 hours'"
        await self.shop.fetch(f"UPDATE channel_link SET read_at = now() WHERE company_id = %s{later}", company)

    # ---- webhooks on their way

    async def bring_webhooks(self, webhooks: Sequence[Delivery] | None = None) -> list[int]:
        """Brings those that wait, or these. What is not taken waits to be brought again, as with Shopify. Returns the answers' statuses."""
        waiting = self.shopify.webhooks.waiting if webhooks is None else list(webhooks)
        if webhooks is None:
            self.shopify.webhooks.waiting = []
        transport = httpx.ASGITransport(cast("Any", self.app))
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            answers = [await client.post(one.uri, content=one.body, headers=dict(one.headers)) for one in waiting]
        self.shopify.webhooks.waiting += [one for one, answer in zip(waiting, answers, strict=True) if answer.is_error]
        return [answer.status_code for answer in answers]

    async def bring_some_in_disorder(self) -> None:
        """Some of them, some twice, in any order; the others later."""
        waiting = self.shopify.webhooks.waiting
        self.chance.shuffle(waiting)
        now, self.shopify.webhooks.waiting = waiting[: len(waiting) // 2], waiting[len(waiting) // 2 :]
        await self.bring_webhooks([*now, *now[:2]])

    # ---- what stands

    async def available(self) -> dict[str, int]:
        """What may still be sold at UIO, by SKU."""
        rows = await self.shop.fetch(
            "SELECT p.sku, s.allocatable - s.promised FROM site_stock s JOIN product p ON p.company_id = s.company_id"
            " AND p.id = s.product_id WHERE s.company_id = %s AND s.site_id = %s",
            self.shop.company_id,
            self.shop.sites["UIO"],
        )
        return {sku: int(quantity) for sku, quantity in rows}

    async def moved(self, kind: str) -> dict[str, int]:
        """How much the ledger moved by postings of a kind, by SKU."""
        rows = await self.shop.fetch(
            "SELECT pr.sku, sum(m.quantity) FROM move m JOIN posting p ON p.company_id = m.company_id AND p.id = m.posting_id"
            " JOIN product pr ON pr.company_id = m.company_id AND pr.id = m.product_id"
            " WHERE m.company_id = %s AND p.kind = %s GROUP BY pr.sku",
            self.shop.company_id,
            kind,
        )
        return {sku: int(quantity) for sku, quantity in rows}


@asynccontextmanager
async def on_shopify(
    shop: Shop, app: Litestar, settings: Settings, plugins: Plugins, line: Line
) -> AsyncIterator[OnShopify]:
    """The company with a new shop at the end of the line. The plugin is not switched on yet."""
    assert settings.database_url is not None
    dispatch = Database(settings.database_url, role="pirwa_dispatch", size=2)
    await dispatch.open()
    outgoing = OutgoingMail(key_ring(settings.secret_keys, settings.data), None)
    parts = make_parts(shop.database, dispatch, plugins, InMemoryBroker(), AUDIT_KEY, outgoing, address=ADDRESS)
    line.shop = FakeShopify()
    yield OnShopify(Api(app, shop, tokens_of(shop.database, settings)), parts, app, line.shop)
    # A worker that another test starts serves all companies, and finds another shop at the end of the line.
    await shop.fetch("UPDATE plugin_installation SET state = 'disabled' WHERE company_id = %s", shop.company_id)
    await shop.fetch("UPDATE channel SET listening = false WHERE company_id = %s", shop.company_id)
    await dispatch.close()
