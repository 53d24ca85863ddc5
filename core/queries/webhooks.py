"""Webhooks as those see them who keep them, and what has become of the events that were sent there."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.webhook import StopReason
from core.ports.failure_texts import Failure, explained
from core.queries.events import Subject
from core.queries.paging import Page


class WebhookSecretView(msgspec.Struct, frozen=True):
    """A live secret; that which signs from now on has no end."""

    created_at: datetime
    ends_at: datetime | None


class WebhookView(msgspec.Struct, frozen=True):
    """A webhook. `event_types` null: all; `disabled_reason` says why nothing is sent. It acts for `acts_for`: what they may not
    know is not sent. `rests_until` is set while it fails again and again."""

    id: UUID
    url: str
    event_types: list[str] | None
    description: str
    enabled: bool
    disabled_reason: StopReason | None
    acts_for: UUID
    created_by: UUID
    created_at: datetime
    failures: int
    rests_until: datetime | None
    secrets: list[WebhookSecretView]
    version: int


class Arrival(StrEnum):
    """Whether an event has arrived. What is `dead` is not tried again by itself."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class TryView(msgspec.Struct, frozen=True):
    """What came of a try. Without a status there was no answer; then `error` says why."""

    at: datetime
    status: int | None
    duration_ms: int
    error: str | None


class DeliveryView(msgspec.Struct, frozen=True):
    """An event for a webhook. Its id is the event's, and the `webhook-id` of every try; `tries` are the latest ten of the last
    30 days, the newest first; `last_error` and `why` say why the latest failed."""

    id: UUID
    type: str
    occurred_at: datetime
    subject: Subject
    state: Arrival
    attempts: int
    next_try_at: datetime | None
    last_error: str | None
    tries: list[TryView]
    why: Failure | None = None

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "why", explained(self.last_error))


class WebhookReader(Protocol):
    async def webhooks(self, actor: Actor, limit: int, cursor: str | None) -> Page[WebhookView]:
        """The webhooks of the company, the newest first."""
        ...

    async def webhook(self, actor: Actor, webhook_id: UUID) -> WebhookView:
        """Raises NotFound."""
        ...

    async def own_webhook(self, actor: Actor) -> WebhookView:
        """The actor's own. Raises NotFound."""
        ...

    async def deliveries(
        self, actor: Actor, webhook_id: UUID, state: Arrival | None, limit: int, cursor: str | None
    ) -> Page[DeliveryView]:
        """The latest events for a webhook, the newest first. Raises NotFound, and Forbidden for those who do not see all sites."""
        ...
