"""A company with plugins that are installed, and a worker taken apart."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from dishka import Provider, Scope, provide
from litestar import Litestar
from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.plugin_loader.surroundings import Surroundings
from adapters.postgres.engine import Database
from adapters.postgres.plugin_store import PostgresPluginStore
from adapters.secrets.key_ring import key_ring
from apps.http.app import create_app
from apps.settings import Settings
from apps.worker.mailing import OutgoingMail
from apps.worker.main import make_parts
from apps.worker.worker import Parts
from core.ports.clock import Clock
from tests.api import Api, Client
from tests.way_out import AUDIT_KEY

HOSTILE, HOOKED = "hostile", "hooked"
PLUGINS = (HOSTILE, HOOKED)
ADDRESS = "https://stock.example.org"
REACTION = "hostile:misbehave"
RIGHT = "the-right-token-9876"


class Reachable(Provider):
    """The server has a public address, and nobody to call."""

    @provide(scope=Scope.APP)
    def surroundings(self, database: Database, clock: Clock) -> Surroundings:
        return Surroundings(store=partial(PostgresPluginStore, database, clock), clock=clock, address=ADDRESS)


@asynccontextmanager
async def app_with_plugins(settings: Settings) -> AsyncIterator[Litestar]:
    chosen = Settings(data=settings.data, database_url=settings.database_url, plugins=PLUGINS)
    app = create_app(chosen, Reachable(), write_log=lambda _: None)
    async with app.lifespan():
        yield app


@dataclass
class PluginRoom:
    """What a test needs to let plugins work one step at a time."""

    api: Api
    admin: Client
    parts: Parts

    @property
    def company(self) -> UUID:
        return self.api.shop.company_id

    async def behave(self, manner: str, **more: object) -> None:
        """The hostile plugin is switched on, to behave like this."""
        await self.enable(HOSTILE, {"manner": manner, **more})

    async def enable(self, plugin: str, settings: Mapping[str, object], **more: object) -> Any:
        return await self.admin.post_ok(f"/plugins/{plugin}/enable", {"settings": settings, **more})

    async def shown(self, plugin: str = HOSTILE) -> Any:
        return await self.admin.get_ok(f"/plugins/{plugin}")

    async def sell(self, count: int = 1) -> None:
        """So many sales, told to whoever wants to hear."""
        for _ in range(count):
            await self.api.shop.product(sku := f"S{_ + 1}")
            await self.api.shop.post("receipt", sku, 5)
            await self.api.shop.post("sale", sku, 1)
        subscriptions = [*self.parts.core_subscriptions, *self.parts.plugins.subscriptions()]
        await self.parts.outbox.relay(self.company, subscriptions, 1000)

    async def deliver(self) -> None:
        """One round of deliveries to the hostile plugin."""
        await self.parts.deliverer.deliver(self.company, REACTION)

    async def deliver_all(self) -> None:
        """Every delivery is tried, those that failed as well, until nothing is due."""
        await self.api.shop.fetch("UPDATE delivery SET next_at = now() WHERE state = 'new'")
        while await self.parts.deliverer.deliver(self.company, REACTION):
            pass

    async def end_rest(self) -> None:
        """The time of a rest is over."""
        await self.api.shop.fetch("UPDATE plugin_health SET retry_at = now() WHERE retry_at IS NOT NULL")

    async def deliveries(self, **query: str) -> list[Any]:
        found: list[Any] = (await self.admin.get_ok(f"/plugins/{HOSTILE}/deliveries", **query))["items"]
        return found


@asynccontextmanager
async def plugin_room(api: Api, settings: Settings) -> AsyncIterator[PluginRoom]:
    dispatch = Database(str(settings.database_url), role="pirwa_dispatch", size=2)
    await dispatch.open()
    outgoing = OutgoingMail(key_ring(settings.secret_keys, settings.data), None)
    plugins = load_plugins(PLUGINS, "0.1.0")
    parts = make_parts(api.shop.database, dispatch, plugins, InMemoryBroker(), AUDIT_KEY, outgoing)
    yield PluginRoom(api, await api.client("admin"), parts)
    await dispatch.close()
