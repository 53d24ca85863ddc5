"""The doorbell on a broker, from both sides of the door."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from uuid import UUID

from taskiq import AsyncBroker, InMemoryBroker
from taskiq.acks import AcknowledgeType
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver

TASK = "pirwa.attend"
BREATH = 0.05  # seconds; who rings in the meantime is announced together
RETRY = 1.0  # seconds between attempts to listen

_logger = logging.getLogger(__name__)


class _Condition:
    """Whether rings get through, told when it changes and not at every ring."""

    def __init__(self) -> None:
        self._works = True

    def failed(self, error: BaseException) -> None:
        if self._works:
            _logger.warning("the doorbell is out of order: %s", error)
        self._works = False

    def works(self) -> None:
        if not self._works:
            _logger.warning("the doorbell works again")
        self._works = True


class BrokerDoorbell:
    """`Doorbell`: at most one ring for each company and breath, however many postings there are."""

    def __init__(self, broker: AsyncBroker) -> None:
        self._broker = broker
        self._condition = _Condition()
        self._kicker: AsyncKicker[..., object] = AsyncKicker(TASK, broker, {})
        self._rung: set[UUID] = set()
        self._telling: asyncio.Task[None] | None = None

    def ring(self, company_id: UUID) -> None:
        self._rung.add(company_id)
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._tell())

    async def close(self) -> None:
        """Waits until what was rung has been told."""
        if self._telling:
            await self._telling

    async def _tell(self) -> None:
        while self._rung:
            rung, self._rung = self._rung, set()
            if not self._nobody_home():
                await self._send(rung)
            await asyncio.sleep(BREATH)

    def _nobody_home(self) -> bool:
        """Without Redis only a worker of this very process hears."""
        return isinstance(self._broker, InMemoryBroker) and self._broker.find_task(TASK) is None

    async def _send(self, rung: set[UUID]) -> None:
        try:
            for company_id in rung:
                await self._kicker.kiq(str(company_id))
            self._condition.works()
        except Exception as error:  # a lost ring costs a second, and no request may fail for it
            self._condition.failed(error)


class Doorkeeper:
    """Listens for rings and says for whom they were."""

    def __init__(self, broker: AsyncBroker, attend: Callable[[UUID], None]) -> None:
        self._broker = broker
        self._attend = attend
        self._condition = _Condition()

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
