"""Server-sent events: the feed, pushed. Each stream reads the feed like any other reader, so none can miss an event."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from weakref import WeakSet

import msgspec
from litestar.response import ServerSentEventMessage

from core.domain.access import Actor
from core.domain.errors import Busy, DomainError
from core.queries.events import EventReader, EventView

BATCH = 100
MOST = 100  # streams of one process

Messages = AsyncGenerator[ServerSentEventMessage, None]

StillThere = Callable[[], Awaitable[Actor]]
"""Who listens, with the rights of this moment. Raises when they have none any more."""


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: how often a stream looks for events, how long it may be silent, how long it may last."""

    look: float = 1.0
    ping: float = 15.0
    life: float = 600.0


class EventStreams:
    """The open streams of this process."""

    def __init__(self, reader: EventReader, pace: Pace, most: int) -> None:
        self._reader, self._pace, self._most = reader, pace, most
        self._opening = 0
        self._open: WeakSet[Messages] = WeakSet()  # a stream that nobody listens to any more is gone by itself

    async def open(self, actor: Actor, cursor: str | None, types: Sequence[str], still_there: StillThere) -> Messages:
        """The events after the cursor, or from now on. Raises Busy when too many listen, and Invalid for a bad cursor."""
        if len(self._open) + self._opening >= self._most:
            raise Busy("too_many_streams", "too many streams are open", details={"retry_after": 10})
        self._opening += 1
        try:
            if cursor is None:
                cursor = await self._reader.end(actor)
            else:
                await self._reader.events(actor, cursor, 1, types)
        finally:
            self._opening -= 1
        stream = self._follow(cursor, types, still_there)
        self._open.add(stream)
        return stream

    async def _follow(self, cursor: str, types: Sequence[str], still_there: StillThere) -> Messages:
        """Ends when the listener may not listen any more, or the database is away: they will come again."""
        with suppress(DomainError):
            async for message in self._messages(cursor, types, still_there):
                yield message

    async def _messages(self, cursor: str, types: Sequence[str], still_there: StillThere) -> Messages:
        started = heard = time.monotonic()
        while time.monotonic() - started < self._pace.life:
            actor = await still_there()
            end = await self._reader.end(actor)
            page = None if end == cursor else await self._reader.events(actor, cursor, BATCH, types)
            for event in page.items if page else ():
                yield _message(event)
                cursor, heard = event.cursor, time.monotonic()
            if page and page.next_cursor:
                continue
            if page and not page.items:
                cursor = end  # all up to there was for others
            if time.monotonic() - heard >= self._pace.ping:
                yield ServerSentEventMessage(data=None, comment="ping")
                heard = time.monotonic()
            await asyncio.sleep(self._pace.look)


def _message(event: EventView) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(event), event=event.type, id=event.cursor)
