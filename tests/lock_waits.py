"""Waiting until somebody waits for a lock, so that two who meet in the database meet every time."""

import asyncio
from typing import Any

from tests.shop import Shop

_WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"


async def until_blocked(shop: Shop, task: asyncio.Task[Any]) -> None:
    """Returns when the task waits for a row that somebody else holds, or has ended without."""
    async with asyncio.timeout(10):
        while not task.done():
            if (await shop.fetch(_WAITING))[0][0]:
                return
            await asyncio.sleep(0)
