"""Hears rings in a Redis stream, from the side of the workers."""

from collections.abc import AsyncGenerator
from typing import Any

from redis.asyncio import Redis
from taskiq_redis import RedisStreamBroker


class RingBroker(RedisStreamBroker):
    """Each ring is heard by one worker, once. Taskiq would also look every two seconds for what a worker has taken and not finished, for
    calls that must not be lost: rings may be, and whoever ends in the middle of such a look leaves a connection behind."""

    async def listen(self) -> AsyncGenerator[bytes, None]:  # type: ignore[override]  # nothing is acknowledged
        """The rings as they come."""
        async with Redis(connection_pool=self.connection_pool) as redis:
            while True:
                streams: Any = await redis.xreadgroup(
                    self.consumer_group_name,
                    self.consumer_name,
                    {self.queue_name: ">"},
                    count=self.count,
                    block=self.block,
                    noack=True,
                )
                for _, rings in streams:
                    for _, ring in rings:
                        yield ring[b"data"]
