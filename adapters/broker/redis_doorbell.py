"""The bell of a process whose workers are elsewhere."""

from collections.abc import Set
from uuid import UUID

import msgspec

from adapters.broker.doorbell import CollectingDoorbell
from adapters.broker.stream import TASK, RedisStream
from core.domain.ids import new_id


class _Ring(msgspec.Struct):
    """A call of the task, as Taskiq's workers read it."""

    task_id: UUID
    args: tuple[UUID]
    task_name: str = TASK
    labels: dict[str, str] = {}
    kwargs: dict[str, str] = {}


class RedisDoorbell(CollectingDoorbell):
    """Rings through a Redis stream. It is all that a web process wants of Redis and Taskiq, which would take 35 MB of it."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._stream = RedisStream(url)

    async def close(self) -> None:
        await super().close()
        self._stream.close()

    async def _announce(self, company_ids: Set[UUID]) -> None:
        await self._stream.add([msgspec.json.encode(_Ring(new_id(), (company_id,))) for company_id in company_ids])
