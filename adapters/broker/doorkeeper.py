"""Who hears the bell, on a broker."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from uuid import UUID

from taskiq import AsyncBroker, InMemoryBroker
from taskiq.acks import AcknowledgeType
from taskiq.receiver import Receiver

from adapters.broker.doorbell import Condition
from adapters.broker.stream import TASK

RETRY = 1.0  # seconds between attempts to listen


class Doorkeeper:
    """Listens for rings and says for whom they were."""

    def __init__(self, broker: AsyncBroker, attend: Callable[[UUID], None]) -> None:
        self._broker = broker
        self._attend = attend
        self._condition = Condition()

    async def listen(self, stopping: asyncio.Event) -> None:
        """Listens until stopped, and again after the broker was away or had forgotten everything."""

        async def ring(company_id: str) -> None:
            self._attend(UUID(company_id))

        self._broker.register_task(ring, TASK)
        stop = asyncio.create_task(stopping.wait())
        while not stopping.is_set():
            reading = asyncio.create_task(self._read())
            await asyncio.wait([reading, stop], return_when=asyncio.FIRST_COMPLETED)
            await _ended(reading)
            if not reading.cancelled() and (error := reading.exception()):
                self._condition.failed(error)
            await asyncio.wait([stop], timeout=RETRY)

    async def _read(self) -> None:
        """Answers rings until cancelled, or until the broker fails."""
        if isinstance(self._broker, InMemoryBroker):  # it calls the task by itself
            await asyncio.Event().wait()
        receiver = Receiver(self._broker, max_async_tasks=1, ack_type=AcknowledgeType.WHEN_RECEIVED)
        await self._broker.startup()
        self._condition.works()
        async with aclosing(self._broker.listen()) as messages:
            async for message in messages:
                await receiver.callback(message)


async def _ended(reading: asyncio.Task[None]) -> None:
    """Ends the task. Python 3.11 loses a cancellation that comes as a write to Redis ends, so one may not be enough."""
    while not reading.done():
        reading.cancel()
        await asyncio.wait([reading], timeout=0.1)
