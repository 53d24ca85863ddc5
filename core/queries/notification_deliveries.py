"""What became of a person's news on their way out of the application."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.notification import Channel, NotificationKind, Timing
from core.ports.failure_texts import Failure, explained
from core.queries.paging import Page


class DeliveryState(StrEnum):
    """`new` waits, `folded` waits for the digest though it was wished at once, `posted` is on its way, `sent` was taken, `delivered` is
    what the carrier reports to have arrived, `failed` was given up, by us or by the carrier."""

    NEW = "new"
    FOLDED = "folded"
    POSTED = "posted"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class NotificationDeliveryView(msgspec.Struct, frozen=True):
    """One item by one channel. `id` is that of the item, the same by all channels, and of the request to one's own webhook;
    `outcome` and `why` say why the latest try failed; `segments` in how many the text message of which it is part went, as carriers charge
    them, while the message is kept."""

    id: UUID
    notification: UUID
    kind: NotificationKind
    channel: Channel
    timing: Timing
    state: DeliveryState
    attempts: int
    outcome: str | None
    created_at: datetime
    segments: int | None = None
    why: Failure | None = None

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "why", explained(self.outcome))


class DeliveryReader(Protocol):
    async def deliveries(
        self, actor: Actor, channel: Channel | None, state: DeliveryState | None, limit: int, cursor: str | None
    ) -> Page[NotificationDeliveryView]:
        """The actor's own, the newest first."""
        ...
