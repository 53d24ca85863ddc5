"""The processes of `pirwa serve`, as operators start them: made once, forked, replaced when they die, gone when their leader is."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from apps.settings import Settings
from tests.apps.command_line import as_url
from tests.proof.set_up import ASK, PATIENCE, Server
from tests.redis_server import RedisServer, redis_server

pytestmark = [pytest.mark.anyio, pytest.mark.promise("B2")]

PROCESSES = 2


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def server(settings: Settings, database_url: str, redis: RedisServer, tmp_path: Path) -> AsyncIterator[Server]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PIRWA_")},
        "PIRWA_DATA": str(settings.data),
        "PIRWA_DATABASE_URL": as_url(database_url),
        "PIRWA_REDIS_URL": redis.url,
    }
    server = Server("server", environment, tmp_path, "serve", "--workers", str(PROCESSES))
    server.start()
    try:
        await until_ready(server)
        yield server
    finally:
        server.kill()


async def until_ready(server: Server) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await server.is_ready():  # noqa: ASYNC110 - what another process does sets no event here
            await asyncio.sleep(ASK)


async def serving(server: Server, without: psutil.Process | None = None) -> list[psutil.Process]:
    """Its processes, once there are as many as there should be."""
    async with asyncio.timeout(PATIENCE):
        while len(found := [one for one in server.processes()[1:] if one != without]) < PROCESSES:  # noqa: ASYNC110
            await asyncio.sleep(ASK)
    return found


def seconds_of(process: psutil.Process) -> float:
    """Of a processor, that the process itself has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


async def test_a_process_that_dies_is_replaced_without_making_the_application_anew(server: Server) -> None:
    """Seen to fail with processes that made the application themselves."""
    killed, kept = await serving(server)
    killed.kill()
    replaced = [process for process in await serving(server, killed) if process != kept]
    kept.kill()  # so that it is the new one that answers
    await until_ready(server)
    leader = server.processes()[0]
    assert [seconds_of(process) < seconds_of(leader) / 10 for process in replaced] == [True]


async def test_when_the_leader_is_killed_its_processes_end_and_another_takes_their_place(server: Server) -> None:
    """Seen to fail with processes that did not watch whoever made them: they served on, and the port was taken."""
    processes = await serving(server)
    server.processes()[0].kill()
    await asyncio.to_thread(server.wait)
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, PATIENCE)
    assert alive == []
    server.start()
    await until_ready(server)
