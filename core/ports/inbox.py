"""The ports to the inbox: webhooks of other parties are stored as they came, read later, and take effect once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.ports.incoming import TextConsent, TextReport
from core.ports.outbox import DeliveryState


@dataclass(frozen=True, slots=True)
class HookOwner:
    """Whom a secret address belongs to: a company, for one plugin. `digest` is what we know of the address' token."""

    company_id: UUID
    plugin_id: str
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ArrivedWebhook:
    """A webhook that is to be stored. `event_id` is what its sender calls the event; `url` is sealed; `verified` where its plugin could be
    asked and found it signed."""

    id: UUID
    event_id: str
    received_at: datetime
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    verified: bool


class Reception(StrEnum):
    """How a webhook was received: it is there, now or already; too many wait; the address leads nowhere any more."""

    STORED = "stored"
    FULL = "full"
    CLOSED = "closed"


class Inbox(Protocol):
    """The way in."""

    async def owner(self, digest: bytes) -> HookOwner | None:
        """Whose address it is of whose token this is the SHA-256, over all companies."""
        ...

    async def store(self, owner: HookOwner, webhook: ArrivedWebhook) -> Reception:
        """Stores the webhook durably; one whose event is there already changes nothing. Those of a paused plugin and of a suspended
        company wait; a plugin that is switched off receives nothing."""
        ...


@dataclass(frozen=True, slots=True)
class WaitingWebhook:
    """A webhook that is due, `url` sealed. `attempts` counts this try too; `verified`: it was found signed when it came."""

    id: UUID
    received_at: datetime
    event_id: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    attempts: int
    verified: bool


@dataclass(frozen=True, slots=True)
class InboxLease:
    """Webhooks that are ours to read until the lease ends. `token` proves it."""

    token: UUID
    webhooks: Sequence[WaitingWebhook]


@dataclass(frozen=True, slots=True)
class InboxOutcome:
    """How a try ended that was no success. What stays new is tried again `after` that time; of what nobody has signed (`forged`) nothing
    is kept but that it came."""

    id: UUID
    state: DeliveryState
    error: str
    after: timedelta = timedelta(0)
    counted: bool = True
    forged: bool = False


class InboxQueue(Protocol):
    """The way out of the inbox, for the worker."""

    async def claim(self, company_id: UUID, plugin_id: str, limit: int, lease: timedelta) -> InboxLease:
        """Takes webhooks that are due, in any order, and counts the tries before they are made. Those of a plugin that is not at work,
        or of a suspended company, stay."""
        ...

    async def end(self, company_id: UUID, token: UUID, outcomes: Sequence[InboxOutcome]) -> None:
        """Records how tries ended that took no effect. Without effect for those whose lease has passed to somebody else."""
        ...


class InboxRepository(Protocol):
    """The inbox in a unit of work."""

    async def settle(self, webhook_id: UUID, token: UUID, event_id: str) -> bool:
        """Ends the webhook and throws away what came with it. Returns whether it is to take effect: not where the lease has passed to
        somebody else, nor where the same event was received before."""
        ...

    async def pause_plugin(self, plugin_id: str, problem: str) -> bool:
        """Stops an enabled plugin in this transaction. Returns whether it was enabled."""
        ...

    async def retry(self, plugin_id: str, webhook_id: UUID) -> DeliveryState | None:
        """Has a webhook that was given up read again, with a whole new schedule of tries, and one that waits at once. Returns in which
        state it was; None where the plugin received none with this id."""
        ...

    async def is_kept(self, webhook_id: UUID) -> bool:
        """Whether what came with it is still there."""
        ...


class TextReports(Protocol):
    """What becomes of text messages, and who wants them, in a unit of work."""

    async def record(self, report: TextReport) -> bool:
        """Notes it at the message and at the news that it tells, unless something weightier is known. Returns whether the company
        has sent such a message."""
        ...

    async def consent(self, consent: TextConsent, at: datetime) -> None:
        """Remembers what whoever has the number wished last."""
        ...
