"""The way out across processes, as operators start them: a sale over HTTP reaches the storefront."""

import asyncio
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from adapters.broker.stream import STREAM
from apps.settings import Settings
from tests.api import Api, Client
from tests.apps.command_line import as_url
from tests.plugins.fake_storefront.src.fake_storefront.folder import ShopState
from tests.redis_server import redis_server
from tests.way_out import PLUGIN, WayOut, eventually, process_of

pytestmark = pytest.mark.anyio

PIRWA = ("-c", "import sys; from apps.cli.main import main; sys.exit(main())")
PATIENCE = 20.0  # seconds


@dataclass
class Installation:
    """Pirwa on the test's database with the plugin, seen from outside."""

    site: Path
    settings: dict[str, str]

    @contextmanager
    def running(self, command: str) -> Iterator[subprocess.Popen[str]]:
        with process_of(self.site, *PIRWA, command, **self.settings) as process:
            yield process

    async def person(self, api: Api) -> Client:
        """An administrator, once there is an answer."""
        address = f"http://127.0.0.1:{self.settings['PIRWA_PORT']}"
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient(base_url=address) as probe:
            while not await ready(probe):  # noqa: ASYNC110 - what another process does sets no event here
                await asyncio.sleep(0.05)
        headers = (await api.client("admin")).headers
        return Client(base_url=f"{address}/api/v1", headers={"Authorization": headers["Authorization"]}, timeout=20)


@pytest.fixture
def installation(site: Path, settings: Settings, database_url: str) -> Installation:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Installation(
        site,
        {
            "PIRWA_DATA": str(settings.data),
            "PIRWA_DATABASE_URL": as_url(database_url),
            "PIRWA_PLUGINS": PLUGIN,
            "PIRWA_PORT": str(port),
        },
    )


async def ready(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health/ready")).is_success
    except httpx.TransportError:
        return False


async def end(*processes: subprocess.Popen[str]) -> list[int]:
    """Asks them to end. Returns their exit status."""
    for process in processes:
        process.send_signal(signal.SIGTERM)
    return [await asyncio.to_thread(process.wait, PATIENCE) for process in processes]


async def switch_on(client: Client, way: WayOut) -> None:
    """COFFEE is shown as 10."""
    await way.shop.product("COFFEE")
    await way.shop.post("receipt", "COFFEE", 10)
    way.storefront.write(ShopState(items={"c1": "COFFEE"}))
    await client.post_ok(f"/plugins/{PLUGIN}/enable", {"settings": way.settings})
    await eventually(lambda: way.levels == {"c1@main": "10"})


async def sell_one(client: Client) -> None:
    await client.post_ok("/sales", {"lines": [{"product": "COFFEE", "site": "UIO", "quantity": "1"}]})


@pytest.mark.promise("B6")
async def test_servers_and_workers_deliver_with_redis_while_it_is_away_and_when_it_is_back(
    installation: Installation, api: Api, way: WayOut
) -> None:
    """Seen to fail with a worker that looks for work only when the bell rings."""
    with redis_server() as redis:
        installation.settings["PIRWA_REDIS_URL"] = redis.url
        with installation.running("serve") as server, installation.running("worker") as worker:
            async with await installation.person(api) as client:
                await switch_on(client, way)
                await sell_one(client)
                await eventually(lambda: way.levels == {"c1@main": "9"})
                assert await heard(redis.url) > 0
                redis.kill()
                await sell_one(client)
                await eventually(lambda: way.levels == {"c1@main": "8"})
                redis.start()
                await sell_one(client)
                await eventually(lambda: way.levels == {"c1@main": "7"})
            assert await end(worker, server) == [0, 0]
    held = "SELECT count(*) FROM channel WHERE company_id = %s AND lease_token IS NOT NULL"
    assert await way.shop.fetch(held, way.shop.company_id) == [(0,)]


async def test_one_process_delivers_without_redis(installation: Installation, api: Api, way: WayOut) -> None:
    """Seen to fail with a server that starts no worker beside itself."""
    with installation.running("up") as process:
        async with await installation.person(api) as client:
            await switch_on(client, way)
            await sell_one(client)
            await eventually(lambda: way.levels == {"c1@main": "9"})
        assert await end(process) == [0]


async def heard(redis_url: str) -> int:
    """How many rings workers have taken from Redis."""
    redis = Redis.from_url(redis_url)
    groups = await redis.xinfo_groups(STREAM)
    await redis.aclose()
    return int(groups[0]["entries-read"])
