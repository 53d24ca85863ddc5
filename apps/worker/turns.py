"""Work in turns: what was asked for is done once, by one runner at a time, and who has just been served goes to the back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Turn = TypeVar("Turn", bound=Hashable)

_logger = logging.getLogger(__name__)


class Turns(Generic[Turn]):
    """A fair queue of turns, one for each thing to see to. `serve` does one step of a turn and returns whether there is more
    to do. A turn that fails is dropped: whoever looks for due work asks again."""

    def __init__(self, serve: Callable[[Turn], Awaitable[bool]], *, runners: int) -> None:
        self._serve = serve
        self._runners = runners
        self._waiting: dict[Turn, None] = {}
        self._busy: set[Turn] = set()
        self._again: set[Turn] = set()
        self._bell = asyncio.Event()
        self._stopping = False

    def ask(self, *turns: Turn) -> None:
        """Asks for turns. One that waits already keeps its place; one being served is served once more."""
        for turn in turns:
            if turn in self._busy:
                self._again.add(turn)
            else:
                self._waiting[turn] = None
        self._bell.set()

    def stop(self) -> None:
        """No further turn is begun; `run` ends when those begun have ended."""
        self._stopping = True
        self._bell.set()

    async def run(self) -> None:
        """Serves turns until stopped."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._runners):
                group.create_task(self._run())

    async def _run(self) -> None:
        while (turn := await self._next()) is not None:
            self._busy.add(turn)
            more = False
            try:
                more = await self._serve(turn)
            except Exception:
                _logger.exception("%s failed", turn)
            self._busy.discard(turn)
            if more or turn in self._again:
                self._again.discard(turn)
                self.ask(turn)

    async def _next(self) -> Turn | None:
        while not self._stopping:
            if self._waiting:
                turn = next(iter(self._waiting))
                del self._waiting[turn]
                return turn
            self._bell.clear()
            await self._bell.wait()
        return None
