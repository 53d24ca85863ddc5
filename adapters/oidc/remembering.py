"""Answers that are asked for once by all who want them at the same time, and remembered for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

REMEMBERED = 600.0  # seconds
FAILURE_REMEMBERED = 5.0  # seconds: whoever knocks at a closed door again and again is told without knocking
RENEWED_AFTER = 60.0  # seconds between two askings at most, whatever is presented to us
CAPACITY = 1_000

Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Asked(Generic[Answer]):
    task: asyncio.Task[Answer]
    since: float


class Remembered(Generic[Answer]):
    """Remembers what `ask` says of each address. `elapsed` is a clock that never steps."""

    def __init__(self, ask: Callable[[str], Awaitable[Answer]], elapsed: Callable[[], float]) -> None:
        self._ask, self._elapsed = ask, elapsed
        self._asked: OrderedDict[str, _Asked[Answer]] = OrderedDict()

    async def get(self, address: str) -> Answer:
        """The answer, not older than `REMEMBERED`. Raises what asking raised."""
        return await self._younger_than(REMEMBERED, address)

    async def renewed(self, address: str) -> Answer:
        """The answer, asked for anew unless that was done less than `RENEWED_AFTER` ago."""
        return await self._younger_than(RENEWED_AFTER, address)

    def close(self) -> None:
        """Gives up what is being asked."""
        for asked in self._asked.values():
            asked.task.cancel()

    async def _younger_than(self, seconds: float, address: str) -> Answer:
        now = self._elapsed()
        asked = self._asked.get(address)
        if asked is None or now - asked.since >= (FAILURE_REMEMBERED if _failed(asked.task) else seconds):
            asked = self._asked[address] = _Asked(asyncio.ensure_future(self._ask_for(address)), now)
            asked.task.add_done_callback(partial(self._note_failure, asked))
            while len(self._asked) > CAPACITY:
                self._asked.popitem(last=False)
        return await asyncio.shield(asked.task)

    def _note_failure(self, asked: _Asked[Answer], task: asyncio.Task[Answer]) -> None:
        """A failure is remembered from when it was known: it may have taken long."""
        if _failed(task):
            asked.since = self._elapsed()

    async def _ask_for(self, address: str) -> Answer:
        return await self._ask(address)


def _failed(task: asyncio.Task[Answer]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
