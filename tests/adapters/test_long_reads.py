"""Long questions go to a replica, and nobody is shown less than was done when they asked."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from adapters.postgres.engine import Database, Scope
from adapters.postgres.long_reads import REST, LongReads
from adapters.postgres.migrate import migrate
from core.domain.errors import Busy
from deploy.postgres import Node, new_password, url_of

pytestmark = pytest.mark.anyio

LATE = "200ms"  # what a replica lags behind, in these tests


@dataclass
class Pair:
    """A primary and a replica that lags."""

    primary: Node
    replica: Node
    password: str

    @property
    def primary_url(self) -> str:
        return url_of([self.primary], self.password)

    @property
    def replica_url(self) -> str:
        return url_of([self.replica], self.password)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    password = new_password()
    with tempfile.TemporaryDirectory(prefix="pw", ignore_cleanup_errors=True) as folder:
        primary = Node("primary", Path(folder, "1"), password)
        replica = Node("replica", Path(folder, "2"), password, recovery_min_apply_delay=LATE)
        try:
            primary.create()
            migrate(url_of([primary], password))
            replica.copy(primary)
            yield Pair(primary, replica, password)
        finally:
            replica.kill()
            primary.kill()


@dataclass
class Desk:
    """Somebody who writes and then asks."""

    primary: Database
    reads: LongReads
    seconds: list[float] = field(default_factory=lambda: [0.0])

    async def write(self) -> str:
        login = f"test_{uuid4().hex}"
        statement = "INSERT INTO app_user (id, login, name, password_hash) VALUES (%s, %s, '', '')"
        await self.primary.fetch(Scope(), statement, (uuid4(), login))
        return login

    async def ask(self, login: str) -> tuple[bool, bool]:
        """Whether it is there, and whether a replica says so."""
        async with self.reads.transaction(Scope()) as connection:
            found = await connection.execute(
                "SELECT EXISTS (SELECT FROM app_user WHERE login = %s), pg_is_in_recovery()", (login,)
            )
            [row] = await found.fetchall()
            return bool(row[0]), bool(row[1])

    async def ask_too_much(self) -> None:
        async with self.reads.transaction(Scope()) as connection:
            await connection.execute("SET LOCAL statement_timeout = '1ms'")
            await connection.execute("SELECT pg_sleep(1)")


async def desk_at(pair: Pair, replica_url: str, patience: float) -> AsyncIterator[Desk]:
    primary, replica = Database(pair.primary_url, size=2), Database(replica_url, size=2)
    await primary.open()
    await replica.open()
    seconds = [0.0]
    yield Desk(primary, LongReads(primary, replica, patience=patience, rest_clock=lambda: seconds[0]), seconds)
    await primary.close()
    await replica.close()


@pytest.fixture
async def desk(pair: Pair) -> AsyncIterator[Desk]:
    async for desk in desk_at(pair, pair.replica_url, patience=20):
        yield desk


async def test_the_replica_shows_what_was_done_before_the_question(desk: Desk) -> None:
    """Seen to fail when the replica was asked without looking how far it had come: what was just written was missing."""
    for _ in range(3):
        assert await desk.ask(await desk.write()) == (True, True)
    assert desk.reads.usage() == {"long_reads_of_replica": 3, "long_reads_of_primary": 0}


async def test_a_replica_that_lags_too_far_is_left_alone_for_a_while(pair: Pair) -> None:
    async for desk in desk_at(pair, pair.replica_url, patience=0.01):
        pair.replica.execute("SELECT pg_wal_replay_pause()")
        login = await desk.write()
        assert [await desk.ask(login), await desk.ask(login)] == [(True, False)] * 2
        pair.replica.execute("SELECT pg_wal_replay_resume()")
        pair.replica.execute("SELECT pg_sleep(1)")
        assert await desk.ask(login) == (True, False)
        desk.seconds[0] += REST
        assert await desk.ask(login) == (True, True)


async def test_a_server_that_follows_nobody_is_not_asked(pair: Pair) -> None:
    """As after it was promoted."""
    async for desk in desk_at(pair, pair.primary_url, patience=1):
        assert await desk.ask(await desk.write()) == (True, False)
        assert desk.reads.usage() == {"long_reads_of_replica": 0, "long_reads_of_primary": 1}


async def test_whoever_is_cut_off_may_ask_again_at_once(desk: Desk) -> None:
    """Seen to fail when a replica that had broken an answer off was asked once more."""
    login = await desk.write()
    with pytest.raises(Busy):
        await desk.ask_too_much()
    assert await desk.ask(login) == (True, False)


async def test_without_its_replica_the_primary_answers(pair: Pair, desk: Desk) -> None:
    login = await desk.write()
    pair.replica.kill()
    assert await desk.ask(login) == (True, False)
    pair.replica.start()
    desk.seconds[0] += REST
    assert await desk.ask(login) == (True, True)
