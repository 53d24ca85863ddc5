"""What doorbells have in common, however they are rung."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Set
from uuid import UUID

BREATH = 0.05  # seconds; who rings in the meantime is announced together

_logger = logging.getLogger(__name__)


class Condition:
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


class CollectingDoorbell(ABC):
    """`Doorbell`: at most one ring for each company and breath, however many postings there are."""

    def __init__(self) -> None:
        self._condition = Condition()
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

    @abstractmethod
    async def _announce(self, company_ids: Set[UUID]) -> None:
        """Says for whom it was rung. Whatever it raises is the end of this ring."""

    async def _tell(self) -> None:
        while self._rung:
            rung, self._rung = self._rung, set()
            try:
                await self._announce(rung)
                self._condition.works()
            except Exception as error:  # a lost ring costs a second, and no request may fail for it
                self._condition.failed(error)
            await asyncio.sleep(BREATH)
