"""The doorbell: rings arrive through the process or through Redis, and whatever becomes of Redis, nobody's request fails."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hiredis import HiredisError
from redis.asyncio import Redis
from taskiq import AsyncBroker, InMemoryBroker

from adapters.broker.address import address_of
from adapters.broker.brokers import make_broker
from adapters.broker.doorkeeper import Doorkeeper
from adapters.broker.here import DoorbellHere
from adapters.broker.redis_doorbell import RedisDoorbell
from adapters.broker.stream import KEPT, STREAM, RedisStream
from core.domain.ids import new_id
from tests.certificates import a_certificate, presented
from tests.redis_server import RedisServer, redis_server
from tests.way_out import eventually

pytestmark = pytest.mark.anyio


class House:
    """Somebody at home, and who rang."""

    def __init__(self, broker: AsyncBroker) -> None:
        self.visits: list[UUID] = []
        self._doorkeeper = Doorkeeper(broker, self.visits.append)

    @asynccontextmanager
    async def open(self) -> AsyncIterator["House"]:
        stopping = asyncio.Event()
        listening = asyncio.create_task(self._doorkeeper.listen(stopping))
        try:
            yield self
        finally:
            stopping.set()
            await listening


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def broker(redis: RedisServer) -> AsyncIterator[AsyncBroker]:
    broker = make_broker(redis.url)
    yield broker
    await broker.shutdown()


@pytest.fixture
async def doorbell(redis: RedisServer) -> AsyncIterator[RedisDoorbell]:
    doorbell = RedisDoorbell(redis.url)
    yield doorbell
    await doorbell.close()


@pytest.fixture
async def client(redis: RedisServer) -> AsyncIterator[Redis]:
    client = Redis(unix_socket_path=str(redis.socket))
    yield client
    await client.aclose()


async def test_inside_one_process_a_ring_is_heard() -> None:
    broker, company_id = InMemoryBroker(), new_id()
    async with House(broker).open() as house:
        DoorbellHere(broker).ring(company_id)
        await eventually(lambda: house.visits == [company_id])


async def test_with_nobody_at_home_a_ring_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    doorbell = DoorbellHere(InMemoryBroker())
    doorbell.ring(new_id())
    await doorbell.close()
    assert caplog.messages == []


async def test_through_redis_a_ring_is_heard_in_another_process(doorbell: RedisDoorbell, broker: AsyncBroker) -> None:
    """What is written without Taskiq is read by it. Seen to fail with another name of the task."""
    company_id = new_id()
    async with House(broker).open() as house:
        doorbell.ring(company_id)
        await eventually(lambda: house.visits == [company_id])


async def test_who_rang_before_anybody_was_there_is_heard(doorbell: RedisDoorbell, broker: AsyncBroker) -> None:
    """Seen to fail with the broker's own choice of the end of the stream."""
    company_id = new_id()
    doorbell.ring(company_id)
    async with House(broker).open() as house:
        await eventually(lambda: house.visits == [company_id])


async def test_many_rings_at_once_become_few(doorbell: RedisDoorbell, client: Redis) -> None:
    first, second = new_id(), new_id()
    for _ in range(500):
        doorbell.ring(first)
        doorbell.ring(second)
    await doorbell.close()
    assert await client.xlen(STREAM) == 2


@pytest.mark.promise("B14")
async def test_the_stream_does_not_grow_for_ever(redis: RedisServer, client: Redis) -> None:
    stream = RedisStream(redis.url)
    for _ in range(0, 3 * KEPT, 100):
        await stream.add([b"x"] * 100)
    stream.close()
    assert await client.xlen(STREAM) < 2 * KEPT


@pytest.mark.promise("B6")
async def test_after_redis_has_forgotten_everything_rings_are_heard_again(
    doorbell: RedisDoorbell, broker: AsyncBroker, client: Redis
) -> None:
    company_id = new_id()
    async with House(broker).open() as house:
        doorbell.ring(new_id())
        await eventually(lambda: len(house.visits) == 1)
        await client.flushall()
        doorbell.ring(company_id)
        await eventually(lambda: company_id in house.visits)


@pytest.mark.promise("B6")
async def test_while_redis_is_dead_rings_are_lost_and_the_log_says_it_once(
    doorbell: RedisDoorbell, broker: AsyncBroker, redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen to fail when every lost ring wrote a line."""
    redis.kill()
    for _ in range(2):
        doorbell.ring(new_id())
        await doorbell.close()
    assert [line.partition(":")[0] for line in caplog.messages] == ["the doorbell is out of order"]
    async with House(broker).open() as house:
        assert house.visits == []
        redis.start()
        company_id = new_id()
        doorbell.ring(company_id)
        await eventually(lambda: company_id in house.visits)
    assert "the doorbell works again" in caplog.messages


@pytest.mark.promise("B6")
async def test_after_redis_was_restarted_between_two_rings_both_are_heard(redis: RedisServer, client: Redis) -> None:
    """The connection that was kept is lost, and nobody says so before it is used. Seen to fail without a second attempt."""
    stream = RedisStream(redis.url)
    await stream.add([b"before"])
    redis.kill()
    redis.start()
    await stream.add([b"after"])
    stream.close()
    assert await last_in(client) == b"after"


@pytest.mark.promise("B6")
async def test_a_frozen_redis_is_waited_for_no_longer_than_is_right(
    redis: RedisServer, client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a bound the test does not end."""
    monkeypatch.setattr("adapters.broker.stream.ANSWER_SECONDS", 0.1)
    stream = RedisStream(redis.url)
    await client.client_pause(1_000)
    ringing = asyncio.create_task(stream.add([b"x"]))
    ended, _ = await asyncio.wait([ringing], timeout=0.8)
    assert ended
    assert isinstance(ringing.exception(), TimeoutError)
    assert await client.ping()  # as soon as it is thawed
    await stream.add([b"y"])
    stream.close()
    assert await last_in(client) == b"y"


class TestAddress:
    async def test_who_asks_and_in_which_database(self, redis: RedisServer, client: Redis) -> None:
        """Seen to fail when the name of who asks was left out, and without the choice of the database."""
        await client.acl_setuser("pirwa", enabled=True, passwords=["+a b"], keys=["*"], commands=["+xadd", "+select"])
        await client.acl_setuser("default", enabled=False)
        for url in (
            f"{redis.url}?username=pirwa&password=a%20b&db=1",
            redis.url.replace("unix://", "unix://pirwa:a%20b@") + "?db=1",
        ):
            stream = RedisStream(url)
            await stream.add([b"x"])
            stream.close()
        assert list(await client.info("keyspace")) == ["db1"]

    async def test_a_refusal_is_said(self, redis: RedisServer) -> None:
        stream = RedisStream(f"{redis.url}?password=wrong")
        with pytest.raises(HiredisError, match="AUTH"):
            await stream.add([b"x"])
        stream.close()

    async def test_by_tls(self, redis: RedisServer, client: Redis, tmp_path: Path) -> None:
        """Whoever presents a certificate that nobody vouches for is told nothing. Seen to fail without TLS, and without a check."""
        certificate = a_certificate(tmp_path)

        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            inner = await asyncio.open_unix_connection(str(redis.socket))
            writer_inside = inner[1]
            writer_inside.write(await reader.read(1_000))
            writer.write(await inner[0].read(1_000))
            writer_inside.close()
            writer.close()

        server = await asyncio.start_server(pass_on, "127.0.0.1", 0, ssl=presented(certificate))
        port = server.sockets[0].getsockname()[1]
        async with server:
            stream = RedisStream(f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}")
            await stream.add([b"x"])
            stream.close()
            with pytest.raises(ssl.SSLCertVerificationError):
                await RedisStream(f"rediss://127.0.0.1:{port}").add([b"x"])
        assert await client.xlen(STREAM) == 1

    @pytest.mark.parametrize(
        ("url", "host", "port", "database"),
        [
            ("redis://", "localhost", 6379, 0),
            ("redis://cache.example.org/2", "cache.example.org", 6379, 2),
            ("rediss://[::1]:6380/?db=3", "::1", 6380, 3),
        ],
    )
    def test_what_is_left_out_is_as_everywhere(self, url: str, host: str, port: int, database: int) -> None:
        found = address_of(url)
        assert (found.socket, found.host, found.port, found.database) == (None, host, port, database)

    @pytest.mark.parametrize(
        "url", ["redis://x/one", "redis://x?ssl_cert_reqs=none", "redis://x?db=-1", "redis://x:port"]
    )
    def test_what_cannot_be_meant_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match=r"option|number|[Pp]ort"):
            address_of(url)


async def last_in(client: Redis) -> bytes:
    """What was added to the stream last."""
    entries: Any = await client.xrevrange(STREAM, count=1)
    return bytes(entries[0][1][b"data"])
