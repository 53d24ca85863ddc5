"""The connections of one process. The one used last is used next, so that few stay warm instead of many half cold."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from psycopg import OperationalError

from adapters.postgres.link import Link
from core.domain.errors import Busy

NO_CONNECTION = "database_busy"
"""The code of `Busy` for who waited in vain. Who asks again at once makes connections only scarcer."""


class Pool:
    """At most `size` links, opened as they are needed. Whoever finds none free waits in line for `patience` seconds."""

    def __init__(self, connect: Callable[[], Awaitable[Link]], size: int, patience: float) -> None:
        self._connect = connect
        self._size = size
        self._patience = patience
        self._idle: list[Link] = []
        self._line: deque[asyncio.Future[Link | None]] = deque()
        self._taken = 0  # places: links in use or idle, and those being opened
        self._closed = True

    def open(self) -> None:
        self._closed = False

    def close(self) -> None:
        """Closes what is idle; what is in use is closed when it comes back."""
        self._closed = True
        self._close_idle()

    def usage(self) -> Mapping[str, int]:
        """Figures of the present moment."""
        return {
            "pool_max": self._size,
            "pool_size": self._taken,
            "pool_available": len(self._idle),
            "requests_waiting": len(self._line),
        }

    async def take(self) -> Link:
        """A link, to be given back. Raises `Busy` after waiting in vain, and OperationalError without a server."""
        if self._idle:
            return self._idle.pop()
        if self._closed:
            raise OperationalError("the pool is closed")
        if self._taken < self._size:
            self._taken += 1
        elif link := await self._stand_in_line():
            return link
        try:
            return await self._connect()
        except BaseException:
            self._pass_on(None)
            raise

    def give_back(self, link: Link) -> None:
        """Ends the use of a link. A lost one takes the idle ones with it: usually it is the server that went away."""
        if link.usable and not self._closed:
            self._pass_on(link)
            return
        link.close()
        self._close_idle()
        self._pass_on(None)

    async def _stand_in_line(self) -> Link | None:
        """A link that somebody gave back, or None: a place for a new one."""
        turn: asyncio.Future[Link | None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            async with asyncio.timeout(self._patience):
                return await turn
        except BaseException as end:
            if turn.done() and not turn.cancelled():
                self._pass_on(turn.result())
            if isinstance(end, TimeoutError):
                raise Busy(NO_CONNECTION, "too many requests at once", details={"retry_after": 1}) from None
            raise

    def _pass_on(self, link: Link | None) -> None:
        """To the first in line who still waits: a link, or the place of one that is gone."""
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(link)
                return
        if link is None:
            self._taken -= 1
        else:
            self._idle.append(link)

    def _close_idle(self) -> None:
        idle, self._idle = self._idle, []
        self._taken -= len(idle)
        for link in idle:
            link.close()
