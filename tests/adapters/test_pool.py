"""The pool of connections: never more than it may have, nobody forgotten in line, nothing lost when somebody gives up."""

import asyncio

import pytest
from psycopg import OperationalError

from adapters.postgres.link import Link
from adapters.postgres.pool import Pool
from core.domain.errors import Busy

pytestmark = pytest.mark.anyio


class Server:
    """Opens links, and counts them."""

    def __init__(self, url: str) -> None:
        self.url, self.opened, self.refuses = url, 0, False

    async def connect(self) -> Link:
        if self.refuses:
            raise OperationalError("no server")
        self.opened += 1
        return await Link.open(self.url, "", 5)


@pytest.fixture
def server(database_url: str) -> Server:
    return Server(database_url)


def open_pool(server: Server, size: int, patience: float = 5.0) -> Pool:
    pool = Pool(server.connect, size, patience)
    pool.open()
    return pool


async def test_the_link_used_last_is_used_next(server: Server) -> None:
    pool = open_pool(server, 3)
    first, second = await pool.take(), await pool.take()
    pool.give_back(first)
    pool.give_back(second)
    assert await pool.take() is second
    pool.give_back(second)
    assert pool.usage() == {"pool_max": 3, "pool_size": 2, "pool_available": 2, "requests_waiting": 0}
    pool.close()
    assert pool.usage()["pool_size"] == 0


async def test_who_finds_none_waits_in_line(server: Server) -> None:
    pool = open_pool(server, 1)
    link = await pool.take()
    waiting = [asyncio.create_task(pool.take()) for _ in range(2)]
    await asyncio.sleep(0)
    assert pool.usage()["requests_waiting"] == 2
    pool.give_back(link)
    assert await waiting[0] is link
    assert not waiting[1].done()
    pool.give_back(link)
    assert await waiting[1] is link
    pool.give_back(link)
    assert server.opened == 1
    pool.close()


@pytest.mark.promise("B9")
async def test_patience_ends(server: Server) -> None:
    pool = open_pool(server, 1, patience=0.01)
    link = await pool.take()
    with pytest.raises(Busy) as refused:
        await pool.take()
    assert refused.value.code == "database_busy"
    pool.give_back(link)
    assert await pool.take() is link
    pool.give_back(link)
    pool.close()


async def test_what_was_meant_for_somebody_who_went_away_goes_to_the_next(server: Server) -> None:
    """Seen to fail when a turn that was given and then cancelled kept its link."""
    pool = open_pool(server, 1)
    link = await pool.take()
    gone, patient = asyncio.create_task(pool.take()), asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    pool.give_back(link)
    gone.cancel()
    assert await asyncio.wait_for(patient, 5) is link
    pool.give_back(link)
    pool.close()


async def test_a_lost_link_makes_room_for_whoever_waits(server: Server) -> None:
    pool = open_pool(server, 1)
    lost = await pool.take()
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    lost.close()
    pool.give_back(lost)
    fresh = await asyncio.wait_for(waiting, 5)
    assert fresh is not lost
    assert await fresh.ask(("SELECT 1", None)) == [[(1,)]]
    pool.give_back(fresh)
    assert pool.usage()["pool_size"] == 1
    pool.close()


async def test_a_lost_link_takes_the_idle_ones_with_it(server: Server) -> None:
    pool = open_pool(server, 2)
    first, second = await pool.take(), await pool.take()
    pool.give_back(first)
    second.close()
    pool.give_back(second)
    assert not first.usable
    assert pool.usage()["pool_size"] == 0
    pool.close()


async def test_a_link_left_in_a_transaction_is_not_used_again(server: Server) -> None:
    pool = open_pool(server, 1)
    link = await pool.take()
    await link.ask(("BEGIN", None))
    pool.give_back(link)
    fresh = await pool.take()
    assert fresh is not link
    pool.give_back(fresh)
    pool.close()


async def test_a_server_that_cannot_be_reached_uses_up_no_place(server: Server) -> None:
    pool = open_pool(server, 1)
    server.refuses = True
    for _ in range(2):
        with pytest.raises(OperationalError):
            await pool.take()
    server.refuses = False
    pool.give_back(await pool.take())
    pool.close()


async def test_there_are_never_more_than_the_size(server: Server) -> None:
    pool = open_pool(server, 3)

    async def use() -> None:
        for _ in range(20):
            link = await pool.take()
            await link.ask(("SELECT 1", None))
            assert pool.usage()["pool_size"] <= 3
            pool.give_back(link)

    await asyncio.gather(*(use() for _ in range(10)))
    assert server.opened <= 3
    pool.close()


async def test_a_closed_pool_gives_nothing(server: Server) -> None:
    pool = open_pool(server, 1)
    link = await pool.take()
    pool.close()
    pool.give_back(link)
    assert not link.usable
    with pytest.raises(OperationalError):
        await pool.take()
