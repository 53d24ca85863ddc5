"""How fast a sale reaches a storefront, how fast many levels do within its cost limit, and whether one that hangs is felt by postings.

The set-up is the embedded one: worker and postings in one process. The storefront lies in memory, and answers at once or never.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

from adapters.broker.brokers import make_broker
from adapters.broker.here import DoorbellHere
from adapters.plugin_loader.loading import LoadedPlugin
from adapters.plugin_loader.registry import PluginRegistry
from adapters.postgres.engine import Database, Scope
from adapters.postgres.installations import PostgresInstallations
from adapters.postgres.ledger import PostgresStockLedger
from apps.worker.main import working
from bench.product_shop import product_id
from bench.results import Figure
from bench.stage import Stage
from core.commands.plugins import EnablePlugin, enable_plugin
from core.domain.access import Actor
from core.domain.stock import ADJUSTMENT, CUSTOMER, MAX_LINES, Document, DocumentType, Line, Posting, PostingKind
from core.plugin.context import PluginContext, Registration
from core.plugin.manifest import Manifest
from core.plugin.settings import StorefrontSettings
from core.ports.failures import RateLimited
from core.ports.storefront import Level, LevelFault
from core.testing.fakes.storefront import InMemoryStorefront

PLUGIN = "bench_storefront"
PRODUCTS = 10_000
SALES = 200
PAUSE = 0.05
PATIENCE = 300.0
BURST, PER_SECOND, COST = 1_000, 500, 50
"""Points that the storefront gives at once and each second, and what a call costs: 4,000 of 5,000 points must be waited for."""


class _Storefront(InMemoryStorefront):
    """Says when it was told what, and takes calls for points if it is `stingy`."""

    def __init__(self) -> None:
        super().__init__({f"i{n}": f"SKU-{n:06}" for n in range(1, PRODUCTS + 1)}, page_size=1_000)
        self.told: dict[str, float] = {}
        self.answers = asyncio.Event()
        self.answers.set()
        self.stingy = False
        self.calls = 0
        self._points, self._at = float(BURST), time.monotonic()

    async def push_levels(self, levels: Sequence[Level]) -> Sequence[LevelFault]:
        await self.answers.wait()
        if self.stingy:
            self._pay()
        self.calls += 1
        faults = await super().push_levels(levels)
        self.told |= dict.fromkeys((level.item for level in levels), time.perf_counter())
        return faults

    def refill(self) -> None:
        self._points, self._at, self.calls = float(BURST), time.monotonic(), 0

    def _pay(self) -> None:
        now = time.monotonic()
        self._points = min(float(BURST), self._points + (now - self._at) * PER_SECOND)
        self._at = now
        if self._points < COST:
            raise RateLimited(timedelta(seconds=(COST - self._points) / PER_SECOND))
        self._points -= COST


def measure(stage: Stage) -> Iterator[Figure]:
    """Latency of a sale, time of 10,000 levels against what the cost limit allows, postings beside a storefront that hangs."""
    product = stage.new_product("channel", PRODUCTS, 1)
    yield from asyncio.run(_measured(product.database_url, product.admin))


async def _measured(url: str, admin: Actor) -> list[Figure]:
    storefront = _Storefront()
    database = Database(url, statement_timeout="600s")
    await database.open()
    try:
        await _stock(database, admin)
        async with _at_work(url, database, admin, storefront) as bell:
            return [
                await _sales(database, admin, storefront, bell),
                await _drain(database, admin, storefront, bell),
                await _beside_a_hung_one(database, admin, storefront, bell),
            ]
    finally:
        await database.close()


@asynccontextmanager
async def _at_work(url: str, database: Database, admin: Actor, storefront: _Storefront) -> AsyncIterator[DoorbellHere]:
    """The storefront is switched on, imported, and shows all levels."""
    plugins, broker = _plugins(storefront), make_broker(None)
    bell = DoorbellHere(broker)
    async with working(url, plugins, broker, bytes(32)):
        settings = {"locations": {"S1": "main"}, "take_orders": False}
        await enable_plugin(plugins, PostgresInstallations(database), bell, admin, PLUGIN, EnablePlugin(settings))
        await _until(lambda: len(storefront.quantities) == PRODUCTS)
        yield bell


def _plugins(storefront: _Storefront) -> PluginRegistry:
    def make(context: PluginContext[StorefrontSettings]) -> _Storefront:
        return storefront

    registry = PluginRegistry()
    manifest = Manifest(id=PLUGIN, title="In memory", kind="storefront", core=">=0")
    registry.add(LoadedPlugin(manifest, "1", Registration("shop", StorefrontSettings, make)))
    return registry


async def _sales(database: Database, admin: Actor, storefront: _Storefront, bell: DoorbellHere) -> Figure:
    """From the commit of a sale until the storefront has been told, at an idle storefront."""
    seconds: list[float] = []
    for number in range(1, SALES + 1):
        item = f"i{number}"
        await _sell(database, admin, number)
        committed = time.perf_counter()
        bell.ring(admin.company)
        await _until(lambda item=item, committed=committed: storefront.told.get(item, 0.0) > committed)  # type: ignore[misc]
        seconds.append(storefront.told[item] - committed)
        await asyncio.sleep(PAUSE)
    details = {"median_ms": round(1000 * statistics.median(seconds), 1), "worst_ms": round(1000 * max(seconds), 1)}
    return Figure("sale to storefront, 95 %", "pirwa", 1000 * _p95(seconds), "ms", details)


async def _drain(database: Database, admin: Actor, storefront: _Storefront, bell: DoorbellHere) -> Figure:
    """All levels out of date at once, at a storefront that gives points for calls."""
    storefront.stingy = True
    marked = time.perf_counter()
    rows = "UPDATE channel_link SET want_version = want_version + 1, last_seen = last_seen - 1 WHERE company_id = %s"
    await database.fetch(Scope(admin.company), rows, (admin.company,))
    storefront.quantities = {place: quantity - 1 for place, quantity in storefront.quantities.items()}
    storefront.refill()
    began = time.perf_counter()
    bell.ring(admin.company)
    await _until(lambda: sum(at > marked for at in storefront.told.values()) == PRODUCTS, every=0.05)
    took = time.perf_counter() - began
    storefront.stingy = False
    least = (PRODUCTS / 100 * COST - BURST) / PER_SECOND
    details = {"seconds": round(took, 1), "least_by_the_limit": least, "calls": storefront.calls}
    return Figure("10,000 levels, time over what the cost limit allows", "pirwa", took / least, "x", details)


async def _beside_a_hung_one(database: Database, admin: Actor, storefront: _Storefront, bell: DoorbellHere) -> Figure:
    """The median latency of postings beside a storefront that never answers, over that beside one that does; in turns, because the machine
    has its moods."""
    beside: dict[bool, list[float]] = {False: [], True: []}
    for hangs in (False, True) * 3:
        (storefront.answers.clear if hangs else storefront.answers.set)()
        for number in range(1, SALES + 1):
            began = time.perf_counter()
            await _sell(database, admin, number)
            beside[hangs].append(time.perf_counter() - began)
            bell.ring(admin.company)
    storefront.answers.set()
    well, hung = (statistics.median(beside[hangs]) for hangs in (False, True))
    details = {
        "median_ms": [round(1000 * well, 2), round(1000 * hung, 2)],
        "p95_ms": [round(1000 * _p95(beside[hangs]), 2) for hangs in (False, True)],
    }
    return Figure("posting beside a hung storefront, change", "pirwa", 100 * (hung / well - 1), "%", details)


async def _stock(database: Database, admin: Actor) -> None:
    ledger = PostgresStockLedger(database)
    for first in range(1, PRODUCTS + 1, MAX_LINES):
        numbers = range(first, min(first + MAX_LINES, PRODUCTS + 1))
        lines = tuple(Line(product_id(n), ADJUSTMENT, "S1", Decimal(10_000), unit_cost=Decimal(7)) for n in numbers)
        await ledger.post(admin, [Posting(PostingKind.OPENING, lines, Document(DocumentType.OTHER))])


async def _sell(database: Database, admin: Actor, number: int) -> None:
    line = Line(product_id(number), "S1", CUSTOMER, Decimal(1))
    await PostgresStockLedger(database).post(admin, [Posting(PostingKind.SALE, (line,))])


async def _until(holds: Callable[[], bool], every: float = 0.001) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - looking costs less than an event for each level
            await asyncio.sleep(every)


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
