"""The bell of a process that has a worker of its own."""

from collections.abc import Set
from uuid import UUID

from taskiq import AsyncBroker
from taskiq.kicker import AsyncKicker

from adapters.broker.doorbell import CollectingDoorbell
from adapters.broker.stream import TASK


class DoorbellHere(CollectingDoorbell):
    """Rings through the broker of this process; where it has no worker, nobody hears."""

    def __init__(self, broker: AsyncBroker) -> None:
        super().__init__()
        self._broker = broker
        self._kicker: AsyncKicker[..., object] = AsyncKicker(TASK, broker, {})

    async def _announce(self, company_ids: Set[UUID]) -> None:
        if self._broker.find_task(TASK):
            for company_id in company_ids:
                await self._kicker.kiq(str(company_id))
