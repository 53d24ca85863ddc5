"""What a person was told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.notification import NotificationKind


class NotificationItem(msgspec.Struct, frozen=True):
    """One piece of news, in words and as facts."""

    text: str
    subject_type: str
    subject_id: UUID
    facts: Mapping[str, Any]
    created_at: datetime


class NotificationView(msgspec.Struct, frozen=True):
    """What came close together of one kind at one site: `count` pieces of news, of which the first stand in `items`."""

    id: UUID
    kind: NotificationKind
    title: str
    site: str | None
    count: int
    items: list[NotificationItem]
    created_at: datetime
    read_at: datetime | None
    dismissed_at: datetime | None


class NotificationPage(msgspec.Struct, frozen=True):
    """Some notifications, and how many are unread in all."""

    items: list[NotificationView]
    unread: int
    next_cursor: str | None = None


class NotificationFilter(msgspec.Struct, frozen=True):
    """Which: those neither read nor dismissed, of one kind; `ranked`: the unread ones, first what their reader cares for."""

    unread: bool = False
    kind: NotificationKind | None = None
    ranked: bool = False


class Unread(msgspec.Struct, frozen=True):
    """How many notifications are unread, and the newest of them."""

    unread: int
    newest: UUID | None


class NotificationReader(Protocol):
    """Reads the actor's own, within the rights that they have at this moment."""

    async def notifications(
        self, actor: Actor, wanted: NotificationFilter, limit: int, cursor: str | None, now: datetime
    ) -> NotificationPage:
        """The newest first. Ranked ones are one page."""
        ...

    async def unread(self, actor: Actor) -> Unread: ...
