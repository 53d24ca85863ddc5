"""The doorbell: rings arrive through the process or through Redis, and whatever becomes of Redis, nobody's request fails."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from redis.asyncio import Redis
from taskiq import AsyncBroker, InMemoryBroker

from adapters.broker.brokers import KEPT, STREAM, make_broker
from adapters.broker.doorbell import TASK, BrokerDoorbell, Doorkeeper
from core.domain.ids import new_id
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
        yield self
        stopping.set()
        await listening


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def brokers(redis: RedisServer) -> AsyncIterator[list[AsyncBroker]]:
    """One for the visitor, one for the house, as in two processes."""
    brokers = [make_broker(redis.url) for _ in range(2)]
    yield brokers
    for broker in brokers:
        await broker.shutdown()


@pytest.fixture
async def client(redis: RedisServer) -> AsyncIterator[Redis]:
    client = Redis(unix_socket_path=str(redis.socket))
    yield client
    await client.aclose()


async def test_inside_one_process_a_ring_is_heard() -> None:
    broker, company_id = InMemoryBroker(), new_id()
    async with House(broker).open() as house:
        BrokerDoorbell(broker).ring(company_id)
        await eventually(lambda: house.visits == [company_id])


async def test_with_nobody_at_home_a_ring_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    doorbell = BrokerDoorbell(InMemoryBroker())
    doorbell.ring(new_id())
    await doorbell.close()
    assert caplog.messages == []


async def test_through_redis_a_ring_is_heard_in_another_process(brokers: list[AsyncBroker]) -> None:
    company_id = new_id()
    async with House(brokers[1]).open() as house:
        BrokerDoorbell(brokers[0]).ring(company_id)
        await eventually(lambda: house.visits == [company_id])


async def test_who_rang_before_anybody_was_there_is_heard(brokers: list[AsyncBroker]) -> None:
    """Seen to fail with the broker's own choice of the end of the stream."""
    company_id, doorbell = new_id(), BrokerDoorbell(brokers[0])
    doorbell.ring(company_id)
    await doorbell.close()
    async with House(brokers[1]).open() as house:
        await eventually(lambda: house.visits == [company_id])


async def test_many_rings_at_once_become_few(brokers: list[AsyncBroker], client: Redis) -> None:
    first, second, doorbell = new_id(), new_id(), BrokerDoorbell(brokers[0])
    for _ in range(500):
        doorbell.ring(first)
        doorbell.ring(second)
    await doorbell.close()
    assert await client.xlen(STREAM) == 2


@pytest.mark.promise("B14")
async def test_the_stream_does_not_grow_for_ever(brokers: list[AsyncBroker], client: Redis) -> None:
    task = brokers[0].register_task(_nothing, TASK)
    for _ in range(0, 3 * KEPT, 100):
        await asyncio.gather(*(task.kiq("x") for _ in range(100)))
    assert await client.xlen(STREAM) < 2 * KEPT


@pytest.mark.promise("B6")
async def test_after_redis_has_forgotten_everything_rings_are_heard_again(
    brokers: list[AsyncBroker], client: Redis
) -> None:
    doorbell, company_id = BrokerDoorbell(brokers[0]), new_id()
    async with House(brokers[1]).open() as house:
        doorbell.ring(new_id())
        await eventually(lambda: len(house.visits) == 1)
        await client.flushall()
        doorbell.ring(company_id)
        await eventually(lambda: company_id in house.visits)


@pytest.mark.promise("B6")
async def test_while_redis_is_dead_rings_are_lost_and_the_log_says_it_once(
    brokers: list[AsyncBroker], redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen to fail when every lost ring wrote a line."""
    doorbell = BrokerDoorbell(brokers[0])
    redis.kill()
    for _ in range(2):
        doorbell.ring(new_id())
        await doorbell.close()
    assert [line.partition(":")[0] for line in caplog.messages] == ["the doorbell is out of order"]
    async with House(brokers[1]).open() as house:
        assert house.visits == []
        redis.start()
        company_id = new_id()
        doorbell.ring(company_id)
        await eventually(lambda: company_id in house.visits)
    assert "the doorbell works again" in caplog.messages


async def _nothing(company_id: str) -> None:
    return None
