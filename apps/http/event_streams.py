"""Server-sent events: the feed, pushed. Each stream reads the feed like any other reader, so none can miss an event."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec
from litestar.response import ServerSentEventMessage

from core.domain.access import Actor
from core.domain.errors import Busy, DomainError
from core.queries.events import EventReader, EventView

BATCH = 100
MOST = 100  # streams of one process

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
        self._open = 0

    async def open(
        self, actor: Actor, cursor: str | None, types: Sequence[str], still_there: StillThere
    ) -> AsyncIterator[ServerSentEventMessage]:
        """The events after the cursor, or from now on. Raises Busy when too many listen, and Invalid for a bad cursor."""
        if self._open >= self._most:
            raise Busy("too_many_streams", "too many streams are open", details={"retry_after": 10})
        if cursor is None:
            cursor = await self._reader.end(actor)
        else:
            await self._reader.events(actor, cursor, 1, types)
        return self._counted(self._follow(cursor, types, still_there))

    async def _counted(self, messages: AsyncIterator[ServerSentEventMessage]) -> AsyncIterator[ServerSentEventMessage]:
        self._open += 1
        try:
            async for message in messages:
                yield message
        except DomainError:  # the listener may not listen any more, or the database is away: they will come again
            return
        finally:
            self._open -= 1

    async def _follow(
        self, cursor: str, types: Sequence[str], still_there: StillThere
    ) -> AsyncIterator[ServerSentEventMessage]:
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
