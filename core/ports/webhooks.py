"""The ports to webhooks: what a company keeps of them, what waits for them, and whoever brings it there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from core.domain.events import Event
from core.domain.notification import NotificationKind
from core.domain.webhook import StopReason, Webhook
from core.ports.outbox import DeliveryState, Lease, Outcome


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A secret of a webhook as it is stored."""

    id: UUID
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """An event for an address, to be signed with each of the keys."""

    url: str
    keys: tuple[bytes, ...] = field(repr=False)
    event: Event


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What came back: a status, or the code of why there is none; how long it took; how long they ask us to wait."""

    status: int | None
    duration: timedelta
    error: str | None = None
    retry_after: timedelta | None = None

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class WebhookSender(Protocol):
    async def send(self, call: WebhookCall) -> WebhookAnswer:
        """Sends the event in one request, which bears the event's id whenever it is repeated. Follows no redirect, goes to no
        private address, and raises nothing for what the other side does."""
        ...


@dataclass(frozen=True, slots=True)
class Errand:
    """Events that are due at a webhook, in order, with its live secrets, the newest first. It has failed so often of late. At a
    person's own webhook events are news in their words, and `news` says of each which kind it is and at which site; what has no such
    entry is forgotten meanwhile."""

    webhook: Webhook
    secrets: tuple[SealedSecret, ...]
    failures: int
    lease: Lease
    news: Mapping[UUID, tuple[NotificationKind, UUID | None]] = field(default_factory=dict)


class WebhookQueue(Protocol):
    async def claim(self, company_id: UUID, webhook_id: UUID, limit: int, lease: timedelta) -> Errand | None:
        """Takes events that are due, of each subject the oldest only. None where nothing is due, where the webhook is stopped,
        rests or is being served, and where the company is suspended. Counts the tries before they are made."""
        ...


@dataclass(frozen=True, slots=True)
class Try:
    """What became of a delivery. Without an answer it was given back unsent."""

    outcome: Outcome
    at: datetime | None = None
    answer: WebhookAnswer | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of an errand. The webhook rests for `rest`, after so many `failures` without a success between them."""

    webhook_id: UUID
    token: UUID
    tries: Sequence[Try]
    failures: int
    rest: timedelta


class WebhookRepository(Protocol):
    """The webhooks of the company of a unit of work."""

    async def find(self, webhook_id: UUID) -> Webhook | None:
        """The webhook of the company of this id, which nobody else changes meanwhile."""
        ...

    async def own(self, user_id: UUID) -> Webhook | None:
        """The webhook of this person, which nobody else changes meanwhile."""
        ...

    async def count(self) -> int:
        """How many the company has; nobody else adds one until the transaction ends."""
        ...

    async def add(self, webhook: Webhook, now: datetime) -> None:
        """Adds a webhook without a secret."""
        ...

    async def change(self, webhook: Webhook) -> int:
        """Stores a webhook and returns its new version. One that is not stopped may be sent to at once."""
        ...

    async def stop(self, webhook_id: UUID, reason: StopReason) -> bool:
        """Stops one that is not stopped, in a company that is not suspended. Returns whether it did."""
        ...

    async def remove(self, webhook_id: UUID) -> None:
        """Removes a webhook, with all that waits for it."""
        ...

    async def secrets(self, webhook_id: UUID, now: datetime) -> Sequence[SealedSecret]:
        """Its live secrets, the newest first."""
        ...

    async def add_secret(self, webhook_id: UUID, secret: SealedSecret, now: datetime, others_end_at: datetime) -> None:
        """Adds the secret that signs from now on. The one before it signs until that moment; older ones are forgotten."""
        ...

    async def end_of_feed(self) -> int:
        """The number of the company's last event."""
        ...

    async def redeliver(self, webhook_id: UUID, event_id: UUID) -> DeliveryState | None:
        """Makes a delivery due as if it were new, unless it is on its way just now. What it was before; None where there is none."""
        ...

    async def end(self, ended: Ended) -> Mapping[UUID, str]:
        """Records tries, and at the news of a person how they fared. The events among them that were still ours to record, with
        their types."""
        ...
