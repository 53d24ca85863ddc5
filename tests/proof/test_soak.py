"""A long day: everything in one process, at a third of what it can do, and nothing that it holds grows.

`PIRWA_TEST_SOAK_MINUTES=480` makes it a whole working day; from half an hour on it can be told how much an hour takes. Seen to fail
with 200 kB kept of each request, and with a file that each leaves open.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from adapters.embedded_postgres import EmbeddedPostgres, running_superuser_url
from adapters.postgres.engine import Database
from adapters.postgres.migrate import migrate
from apps.settings import Settings
from tests.api import Client, signed_in, tokens_of
from tests.apps.test_crash import Server
from tests.folders import short_folder
from tests.proof.gauges import Reading, dead_rows, read, settled, slope
from tests.proof.profile import FULL, amount
from tests.proof.recording import Reach
from tests.proof.set_up import PATIENCE
from tests.proof.shoppers import PRODUCTS, STOCK, Shoppers
from tests.shop import open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B14")]

CLIENTS = 4
SECONDS = 60.0 * float(os.environ.get("PIRWA_TEST_SOAK_MINUTES") or amount(0.2, 5.0))
PAUSE = 0.05
EVERY = SECONDS / 30
MEMORY = (
    8_000_000 if FULL else 16_000_000
)  # bytes that may come after the first third: what the allocator and PostgreSQL's answers move
AN_HOUR = 1_000_000  # bytes by which memory may grow in an hour
LONG_ENOUGH = 1_800.0  # seconds in which that can be told from what moves by chance
RENEWAL = min(480.0, SECONDS / 4)  # seconds; a token counts for ten minutes
SPARE = 6  # descriptors and connections that come and go


@dataclass
class Running:
    """`pirwa up` on a data folder of its own, and people who are signed in."""

    server: Server
    data: Path
    clients: list[Client]
    renewing: list[str]
    """What gets each of them their next token."""

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.server.pid)


@pytest.fixture
def data() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture
async def running(data: Path) -> AsyncIterator[Running]:
    signed = await stocked(data)
    server = Server(data)
    address = f"http://127.0.0.1:{server.port}"
    clients = [
        Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        for token, _ in signed
    ]
    try:
        await ready(f"{address}/health/ready", clients[0])
        yield Running(server, data, clients, [renewing for _, renewing in signed])
    finally:
        for client in clients:
            await client.aclose()
        await asyncio.to_thread(server.stop)


async def test_what_a_set_up_holds_does_not_grow(running: Running, reached: Reach) -> None:
    shoppers = Shoppers(running.clients, pause=PAUSE)
    readings = list[Reading]()
    began = time.monotonic()
    with psycopg.connect(running_superuser_url(running.data / "postgres"), autocommit=True) as superuser:
        async with shoppers.at_work(), staying_signed_in(running):
            while (now := time.monotonic() - began) < SECONDS:
                readings.append(await asyncio.to_thread(read, running.process, superuser, now))
                await asyncio.sleep(EVERY)
        dead = dead_rows(superuser)
        async with asyncio.timeout(PATIENCE):
            while (await asyncio.to_thread(read, running.process, superuser, now)).late:  # noqa: ASYNC110 - others do it
                await asyncio.sleep(1)
    assert shoppers.failed == []
    calm = settled(readings)
    first, last = calm[0], calm[-1]
    grown = last.memory - first.memory
    assert grown < MEMORY, f"{first} became {last}"
    assert slope(calm) < AN_HOUR or SECONDS < LONG_ENOUGH, f"{slope(calm):,.0f} bytes an hour"
    assert max(one.descriptors for one in calm) <= first.descriptors + SPARE
    assert max(one.threads for one in calm) <= first.threads + SPARE
    assert max(one.connections for one in calm) <= first.connections + SPARE
    assert sum(one.idle for one in calm) == 0
    assert last.late < 50 or not FULL, f"{last.late} events, deliveries or entries wait"
    assert {table: share for table, share in dead.items() if share > 5} == {}
    if (
        SECONDS >= LONG_ENOUGH or not FULL
    ):  # in full, minutes say nothing of an hour, and are not to stand where an hour did
        reached(
            "B14",
            f"{SECONDS / 60:.1f} minutes, {shoppers.answers:,} requests: memory {grown / 1e6:+.1f} MB after the first third"
            f" ({slope(calm) / 1e6:+.1f} MB an hour), {last.descriptors} descriptors, {last.connections} connections, {last.late} late",
        )


@asynccontextmanager
async def staying_signed_in(running: Running) -> AsyncIterator[None]:
    """Everybody renews their token before it ends, as programs do."""

    async def renew(client: Client, renewing: str) -> None:
        while True:
            await asyncio.sleep(RENEWAL)
            new = await client.post_ok("/auth/refresh", {"refresh_token": renewing})
            client.headers["Authorization"], renewing = f"Bearer {new['access_token']}", new["refresh_token"]

    tasks = [asyncio.create_task(renew(*one)) for one in zip(running.clients, running.renewing, strict=True)]
    yield
    failed = [task.exception() for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    assert failed == []


async def stocked(data: Path) -> list[tuple[str, str]]:
    """A shop with stock in the data folder, and its administrator signed in some times: with a token, and what gets the next one."""
    with EmbeddedPostgres(data / "postgres") as server:
        migrate(server.url)
        database = Database(server.url)
        await database.open()
        shop = await open_shop(database)
        for product in PRODUCTS:
            await shop.product(product)
            await shop.post("receipt", product, STOCK)
        await shop.fetch(
            "INSERT INTO membership (company_id, user_id, role) VALUES (%s, %s, 'admin')", shop.company_id, shop.user_id
        )
        tokens = tokens_of(database, Settings(data=data))
        made = [await signed_in(database, tokens, shop.user_id, shop.company_id) for _ in range(CLIENTS)]
        await database.close()
    return made


async def ready(probe: str, client: Client) -> None:
    """Returns when the server serves."""
    async with asyncio.timeout(90):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get(probe)).is_success:
                    return
            await asyncio.sleep(0.1)
