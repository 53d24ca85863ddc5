"""Work that an answer does not wait for, so that how long it takes tells nothing."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

MOST_AT_ONCE = 200
"""Errands under way. A flood beyond that is dropped rather than held in memory; the log says so."""

_logger = logging.getLogger(__name__)


class Errands:
    """Each errand is a task of its own. What fails is logged, and lost."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begins the work, after the caller is done."""
        if len(self._tasks) >= MOST_AT_ONCE:
            work.close()
            _logger.error("an errand was not run: %d are under way", len(self._tasks))
            return
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Waits for what is under way."""
        await asyncio.gather(*self._tasks)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        _logger.exception("an errand failed")
