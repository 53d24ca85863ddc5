"""What is done to a set-up while people work with it. A fault is over when its function returns: all that was killed has been started
again, what was frozen runs, what was cut off is connected."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import psutil
import psycopg

from tests.proof.set_up import Part, SetUp

Fault = Callable[[SetUp, random.Random], Awaitable[None]]

FROZEN = (1.0, 3.0)  # seconds
CUT_OFF = 1.5
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database()"


async def kill_server(here: SetUp, chance: random.Random) -> None:
    """All processes of one server."""
    server = chance.choice(here.servers)
    await asyncio.to_thread(server.kill)
    server.start()


async def kill_leader_of_server(here: SetUp, chance: random.Random) -> None:
    """Only the process that was started: those that it made have to notice."""
    server = chance.choice(here.servers)
    server.processes()[0].kill()
    await asyncio.to_thread(server.wait)
    server.start()


async def kill_process_of_server(here: SetUp, chance: random.Random) -> None:
    """Only a process that serves: the one that made it has to notice."""
    chance.choice(here.servers).processes()[-1].kill()


async def kill_worker(here: SetUp, _: random.Random) -> None:
    assert here.worker
    await asyncio.to_thread(here.worker.kill)
    here.worker.start()


async def kill_database(here: SetUp, _: random.Random) -> None:
    here.postgres.kill()
    await asyncio.to_thread(here.postgres.server.start)


async def stop_database_at_once(here: SetUp, _: random.Random) -> None:
    await asyncio.to_thread(here.postgres.stop_at_once)
    await asyncio.to_thread(here.postgres.server.start)


async def kill_backend(here: SetUp, chance: random.Random) -> None:
    """One process of the server, which then ends all connections and recovers by itself."""
    if pids := await _backends(here):
        with suppress(psutil.NoSuchProcess):
            psutil.Process(chance.choice(pids)).kill()


@asynccontextmanager
async def redis_away(here: SetUp) -> AsyncIterator[None]:
    """It is killed, and comes back knowing nothing: whoever rings meanwhile is heard by nobody."""
    await asyncio.to_thread(here.redis.kill)
    for left in here.redis.socket.parent.glob("*.rdb"):
        left.unlink()
    try:
        yield
    finally:
        await asyncio.to_thread(here.redis.start)


async def kill_redis(here: SetUp, _: random.Random) -> None:
    async with redis_away(here):
        pass


async def freeze_server(here: SetUp, chance: random.Random) -> None:
    await _freeze(chance.choice(here.servers), chance)


async def freeze_worker(here: SetUp, chance: random.Random) -> None:
    assert here.worker
    await _freeze(here.worker, chance)


async def freeze_database(here: SetUp, chance: random.Random) -> None:
    here.postgres.freeze()
    await asyncio.sleep(chance.uniform(*FROZEN))
    here.postgres.thaw()


async def freeze_backend(here: SetUp, chance: random.Random) -> None:
    """One connection of many, perhaps with locks in its hands."""
    if pids := await _backends(here):
        with suppress(psutil.NoSuchProcess):
            backend = psutil.Process(chance.choice(pids))
            backend.suspend()
            await asyncio.sleep(chance.uniform(*FROZEN))
            backend.resume()


async def cut_off_database(here: SetUp, _: random.Random) -> None:
    here.database_proxy.closed = True
    here.database_proxy.cut()
    await asyncio.sleep(CUT_OFF)
    here.database_proxy.closed = False


async def lose_database_connections(here: SetUp, _: random.Random) -> None:
    """They carry nothing any more, and nobody says so."""
    here.database_proxy.fall_silent()


async def slow_down_database(here: SetUp, _: random.Random) -> None:
    here.database_proxy.delay = 0.05
    await asyncio.sleep(CUT_OFF)
    here.database_proxy.delay = 0.0


async def crumble(here: SetUp, _: random.Random) -> None:
    """Answers come byte by byte."""
    here.database_proxy.crumbs = here.entry.crumbs = True
    await asyncio.sleep(CUT_OFF)
    here.database_proxy.crumbs = here.entry.crumbs = False


async def lose_commits(here: SetUp, chance: random.Random) -> None:
    """Statements reach the database, their answers do not reach us: was it committed?"""
    here.database_proxy.lose_answers(chance.randint(3, 8))


async def lose_answers(here: SetUp, chance: random.Random) -> None:
    """Requests reach the server, their answers do not reach people."""
    here.entry.lose_answers(chance.randint(10, 30))


async def fill_disk(here: SetUp, _: random.Random) -> None:
    """The database has no room left, and ends when it cannot go on; its supervisor finds it when there is room again."""
    assert here.disk
    await asyncio.to_thread(here.disk.fill)
    await asyncio.sleep(CUT_OFF)
    here.disk.make_room()


async def hang_up(here: SetUp, _: random.Random) -> None:
    here.entry.cut()


async def cut_off_redis(here: SetUp, _: random.Random) -> None:
    here.redis_proxy.fall_silent()
    here.redis_proxy.closed = True
    await asyncio.sleep(CUT_OFF)
    here.redis_proxy.closed = False


async def use_up_connections(here: SetUp, _: random.Random) -> None:
    """Somebody else takes all connections that the server has."""
    taken: list[psycopg.AsyncConnection] = []
    with suppress(psycopg.OperationalError):
        while True:
            taken.append(await psycopg.AsyncConnection.connect(here.postgres.url))
    await end_connections(here, ours=[connection.info.backend_pid for connection in taken])
    await asyncio.sleep(CUT_OFF)
    for connection in taken:
        await connection.close()


async def end_connections(here: SetUp, _: random.Random | None = None, ours: list[int] | None = None) -> None:
    """An administrator throws everybody out."""
    async with await psycopg.AsyncConnection.connect(here.postgres.server.superuser_url, autocommit=True) as connection:
        await connection.execute(
            f"SELECT pg_terminate_backend(pid) FROM ({BACKENDS}) everybody WHERE NOT pid = ANY (%s::int[])",
            (ours or [],),
        )


KILLS: Mapping[str, Fault] = {
    each.__name__: each
    for each in (
        kill_server,
        kill_database,
        kill_worker,
        kill_leader_of_server,
        kill_redis,
        stop_database_at_once,
        kill_process_of_server,
        kill_backend,
    )
}
TROUBLES: Mapping[str, Fault] = {
    each.__name__: each
    for each in (
        lose_commits,
        lose_answers,
        freeze_database,
        use_up_connections,
        lose_database_connections,
        freeze_server,
        freeze_worker,
        freeze_backend,
        cut_off_database,
        slow_down_database,
        crumble,
        hang_up,
        cut_off_redis,
        end_connections,
    )
}


TROUBLES_OF_A_DISK: Mapping[str, Fault] = {fill_disk.__name__: fill_disk}


async def _freeze(part: Part, chance: random.Random) -> None:
    part.send(signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(*FROZEN))
    part.send(signal.SIGCONT)


async def _backends(here: SetUp) -> list[int]:
    """Those of Pirwa, which come as one of its two roles."""
    async with await psycopg.AsyncConnection.connect(here.postgres.server.superuser_url, autocommit=True) as connection:
        cursor = await connection.execute(BACKENDS)
        return [int(row[0]) for row in await cursor.fetchall()]
