"""The feed of everything that happened in a company, in the order of its numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.events import Event
from core.queries.paging import Page, encode_cursor


class Subject(msgspec.Struct, frozen=True):
    """What it happened to."""

    type: str
    id: UUID


class EventView(msgspec.Struct, frozen=True):
    """One event. `cursor` is its place in the feed: reading on after it misses nothing and repeats nothing."""

    id: UUID
    cursor: str
    type: str
    occurred_at: datetime
    subject: Subject
    data: Mapping[str, Any]


PEOPLE = ("user", "invitation", "role", "api_key", "oauth_client", "identity_provider")
"""Subjects of which only those hear who may see the people of the company."""


def view_of(event: Event) -> EventView:
    """The event as the feed shows it."""
    subject = Subject(event.subject_type, event.subject_id)
    return EventView(event.id, encode_cursor(event.position), event.type, event.occurred_at, subject, event.data)


class EventReader(Protocol):
    async def events(self, actor: Actor, cursor: str | None, limit: int, types: Sequence[str]) -> Page[EventView]:
        """Events after the cursor, oldest first, of these types or of all. Events that name a site outside the actor's reach
        are left out, but not those of transfers of which they see one end. `next_cursor` is None when these were the last. Raises Invalid `bad_cursor`."""
        ...

    async def end(self, actor: Actor) -> str:
        """The cursor behind the last event of the company."""
        ...
