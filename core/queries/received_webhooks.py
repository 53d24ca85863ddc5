"""What other parties sent to a company's plugins, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.queries.paging import Page


class ReceivedState(StrEnum):
    """`waiting` is to be read, `read` took effect or had nothing to say, `dead` was given up."""

    WAITING = "waiting"
    READ = "read"
    DEAD = "dead"


class ReceivedWebhookView(msgspec.Struct, frozen=True):
    """A webhook that came. `event_id` is what its sender calls the event, or the digest of its body where that gives no name; `size` is that
    of its body in bytes, which is never shown; `kept`: it can still be read again; `error` says why the latest try failed."""

    id: UUID
    event_id: str
    received_at: datetime
    state: ReceivedState
    size: int
    kept: bool
    attempts: int
    next_try_at: datetime | None
    error: str | None


class ReceivedWebhookReader(Protocol):
    async def webhooks(
        self, actor: Actor, plugin_id: str, state: ReceivedState | None, limit: int, cursor: str | None
    ) -> Page[ReceivedWebhookView]:
        """Those that came for a plugin, the newest first; none where it never was switched on."""
        ...
