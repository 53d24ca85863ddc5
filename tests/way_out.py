"""The way out of one test's company, with a storefront in a folder at its end."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database
from adapters.postgres.installations import PostgresInstallations
from apps.worker.main import make_parts
from apps.worker.worker import Parts
from core.commands.plugins import EnabledPlugin, EnablePlugin, enable_plugin
from core.ports.plugins import InstallationReport, Plugins
from tests.plugins.fake_storefront.src.fake_storefront.folder import ShopFolder, ShopState
from tests.plugins.installed import HERE, install
from tests.shop import Shop

PLUGIN = "fake_storefront"
SYNC = "core:storefront_sync"
AUDIT_KEY = bytes(range(32))
SECONDS = 20.0  # until a test takes what it waits for to be lost


class OneCompany(DueWork):
    """Knows of one company when something is to be done in all: those of other tests are not looked at."""

    def __init__(self, dispatch: Database, company_id: UUID) -> None:
        super().__init__(dispatch)
        self._company_id = company_id

    async def companies(self) -> Sequence[UUID]:
        return [self._company_id]


class SilentDoorbell:
    """A bell that nobody hears."""

    def ring(self, company_id: UUID) -> None:
        return None


@dataclass
class WayOut:
    """A company, a shop in a folder, and a worker taken apart so that a test can do its steps one by one."""

    shop: Shop
    parts: Parts
    storefront: ShopFolder
    folder: Path

    @property
    def settings(self) -> dict[str, object]:
        return {"folder": str(self.folder), "locations": {"UIO": "main"}}

    @property
    def plugins(self) -> Plugins:
        return self.parts.plugins

    @property
    def installations(self) -> PostgresInstallations:
        return PostgresInstallations(self.shop.database)

    async def reports(self) -> Sequence[InstallationReport]:
        """What the company sees of its plugins."""
        return await self.installations.all(self.shop.company_id)

    async def sell_online(self, **items: str) -> EnabledPlugin:
        """The storefront begins to sell these items (id = SKU), and no others, and is switched on."""
        state = self.storefront.read()
        state.items = items
        self.storefront.write(state)
        return await self.enable(self.settings)

    async def enable(self, settings: dict[str, object]) -> EnabledPlugin:
        """An administrator switches the plugin on."""
        command = EnablePlugin(settings)
        return await enable_plugin(self.plugins, self.installations, SilentDoorbell(), self.shop.admin, PLUGIN, command)

    def get_into(self, trouble: str) -> None:
        """What the storefront's next calls meet."""
        state = self.storefront.read()
        state.trouble = trouble
        self.storefront.write(state)

    @property
    def levels(self) -> dict[str, str]:
        """What the storefront shows."""
        return self.storefront.read().levels

    async def relay(self) -> None:
        subscriptions = [*self.parts.core_subscriptions, *self.plugins.subscriptions()]
        await self.parts.outbox.relay(self.shop.company_id, subscriptions, 1000)

    async def deliver(self, subscriber: str) -> None:
        await self.parts.deliverer.deliver(self.shop.company_id, subscriber)

    async def push(self) -> bool:
        return await self.parts.pusher.push(self.shop.company_id, PLUGIN)

    async def carry(self) -> None:
        """All the steps, once."""
        await self.relay()
        await self.deliver(SYNC)
        while await self.push():
            pass

    async def let_time_pass(self) -> None:
        """All that is to be tried later is due."""
        for queue in ("delivery", "channel"):
            await self.shop.fetch(f"UPDATE {queue} SET next_at = now() WHERE company_id = %s", self.shop.company_id)
        for step in ("import_at", "price_at"):
            await self.shop.fetch(
                f"UPDATE channel SET {step} = now() WHERE company_id = %s AND {step} < now() + interval '2 hours'",
                self.shop.company_id,
            )
        await self.shop.fetch(
            "UPDATE plugin_health SET retry_at = now() WHERE company_id = %s AND retry_at IS NOT NULL",
            self.shop.company_id,
        )
        await self.shop.fetch(
            "UPDATE channel_link SET read_at = now() WHERE company_id = %s AND read_at < now() + interval '2 hours'",
            self.shop.company_id,
        )

    async def let_hours_pass(self) -> None:
        """Also what is looked at again only from time to time is due."""
        await self.let_time_pass()
        await self.shop.fetch("UPDATE channel_link SET read_at = now() WHERE company_id = %s", self.shop.company_id)


@contextmanager
def importable(site: Path, *names: str) -> Iterator[None]:
    """The plugins of the tests as if they were installed."""
    before = list(sys.path)
    sys.path[:0] = [str(folder) for folder in install(site, *names)]
    yield
    sys.path[:] = before


@asynccontextmanager
async def way_out(
    shop: Shop, database_url: str, folder: Path, lease: timedelta, core: str = "0.1.0"
) -> AsyncIterator[WayOut]:
    """The way out of this company, as Pirwa of that version has it. Its plugins must be importable."""
    dispatch = Database(database_url, role="pirwa_dispatch", size=4)
    await dispatch.open()
    parts = make_parts(shop.database, dispatch, load_plugins([PLUGIN], core), InMemoryBroker(), AUDIT_KEY, lease=lease)
    shop_folder = folder / "storefront"
    shop_folder.mkdir()
    storefront = ShopFolder(shop_folder)
    storefront.write(ShopState())
    yield WayOut(shop, parts, storefront, shop_folder)
    await dispatch.close()


@contextmanager
def process_of(site: Path, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """Another Python with the plugin installed, killed if it is still there in the end."""
    path = os.pathsep.join([str(site), str(HERE / PLUGIN / "src"), str(HERE.parent.parent)])
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path, **settings},
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


async def eventually(holds: Callable[[], bool]) -> None:
    """Returns as soon as it holds. Raises when it does not come to hold."""
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110 - what another process does sets no event here
            await asyncio.sleep(0.01)
