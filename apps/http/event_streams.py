"""Server-sent events: the feed, pushed, and how many notifications are unread. Each stream reads like any other reader, so none
can miss an event."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from weakref import WeakSet

import msgspec
from litestar.response import ServerSentEventMessage

from core.domain.access import Actor
from core.domain.errors import Busy, DomainError
from core.queries.events import EventReader, EventView
from core.queries.notifications import NotificationReader, Unread

BATCH = 100
MOST = 100  # streams of one process

_PING = ServerSentEventMessage(data=None, comment="ping")

Messages = AsyncGenerator[ServerSentEventMessage, None]

StillThere = Callable[[], Awaitable[Actor]]
"""Who listens, with the rights of this moment. Raises when they have none any more."""


@dataclass(frozen=True, slots=True)
class Pace:
    """In seconds: how often a stream looks for events, how long it may be silent, how long it may last."""

    look: float = 1.0
    ping: float = 15.0
    life: float = 600.0


class Streams:
    """The open streams of one sort in this process."""

    def __init__(self, pace: Pace, most: int) -> None:
        self._pace, self._most = pace, most
        self._opening = 0
        self._open: WeakSet[Messages] = WeakSet()  # a stream that nobody listens to any more is gone by itself

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Keeps a place while a stream is being opened. Raises Busy when too many listen."""
        if len(self._open) + self._opening >= self._most:
            raise Busy("too_many_streams", "too many streams are open", details={"retry_after": 10})
        self._opening += 1
        try:
            yield
        finally:
            self._opening -= 1

    def _begin(self, messages: Messages) -> Messages:
        stream = _until_refused(messages)
        self._open.add(stream)
        return stream


async def _until_refused(messages: Messages) -> Messages:
    """Ends when the listener may not listen any more, or the database is away: they will come again."""
    with suppress(DomainError):
        async for message in messages:
            yield message


class EventStreams(Streams):
    """The feed of events."""

    def __init__(self, reader: EventReader, pace: Pace, most: int) -> None:
        super().__init__(pace, most)
        self._reader = reader

    async def open(self, actor: Actor, cursor: str | None, types: Sequence[str], still_there: StillThere) -> Messages:
        """The events after the cursor, or from now on. Raises Busy when too many listen, and Invalid for a bad cursor."""
        with self._place():
            if cursor is None:
                cursor = await self._reader.end(actor)
            else:
                await self._reader.events(actor, cursor, 1, types)
        return self._begin(self._messages(cursor, types, still_there))

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
                yield _PING
                heard = time.monotonic()
            await asyncio.sleep(self._pace.look)


class UnreadStreams(Streams):
    """How many notifications somebody has not read: at first, and whenever that changes or a new one comes."""

    def __init__(self, reader: NotificationReader, pace: Pace, most: int) -> None:
        super().__init__(pace, most)
        self._reader = reader

    async def open(self, actor: Actor, still_there: StillThere) -> Messages:
        """Raises Busy when too many listen."""
        with self._place():
            await self._reader.unread(actor)
        return self._begin(self._messages(still_there))

    async def _messages(self, still_there: StillThere) -> Messages:
        started = heard = time.monotonic()
        told: Unread | None = None
        while time.monotonic() - started < self._pace.life:
            unread = await self._reader.unread(await still_there())
            if unread != told:
                yield ServerSentEventMessage(data=msgspec.json.encode(unread), event="unread")
                told, heard = unread, time.monotonic()
            if time.monotonic() - heard >= self._pace.ping:
                yield _PING
                heard = time.monotonic()
            await asyncio.sleep(self._pace.look)


def _message(event: EventView) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(event), event=event.type, id=event.cursor)
