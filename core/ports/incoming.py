"""The port to what other parties tell us by webhook. A webhook is stored as it came and answered at once; the worker lets the plugin read
it, and what it says takes effect in one transaction with the end of its row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class NotAuthentic(Exception):
    """A webhook that its sender has not signed, or not lately. The message holds no secret."""


@dataclass(frozen=True, slots=True)
class IncomingWebhook:
    """What came. `url` is the address as the other side knows it, with its query; names of headers are in small letters; `body` is every
    byte of it."""

    id: UUID
    received_at: datetime
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """Something is new about an order of the storefront. What it is, the storefront is asked: the order of webhooks means nothing."""

    order: str


@dataclass(frozen=True, slots=True)
class LevelChanged:
    """The storefront shows another quantity of an item at a location. Only a hint: the present one is asked for."""

    item: str
    location: str


@dataclass(frozen=True, slots=True)
class ItemsChanged:
    """Items were added, removed or renamed there."""


@dataclass(frozen=True, slots=True)
class AccessEnded:
    """The other side has ended our access, and why in its words."""

    reason: str


class MessageState(StrEnum):
    """What became of a text message or a mail, in the order of their weight: a later one is never taken back by an earlier one."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TextReport:
    """What became of a text message that the carrier knows by this id. `key` is the one that it was sent under, where the report bears
    it: then it also counts where the answer to the sending was lost."""

    carrier_id: str
    state: MessageState
    detail: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class TextConsent:
    """Whoever has this number (E.164) wants no more text messages from us, or wants them again."""

    number: str = field(repr=False)
    wanted: bool


@dataclass(frozen=True, slots=True)
class MailReport:
    """What became of our mail of this id. `unwanted`: its reader has complained or wants none any more, or their address is dead."""

    mail: UUID
    state: MessageState
    detail: str = ""
    unwanted: bool = False


Fact = OrderChanged | LevelChanged | ItemsChanged | AccessEnded | TextReport | TextConsent | MailReport


class WebhookReceiver(Protocol):
    """Reads the webhooks that reach one company at its secret address."""

    def verify(self, webhook: IncomingWebhook, now: datetime) -> str:
        """The sender's name of the event, the same in every repetition; empty where it gives none, and then the body stands for it.

        Looks at the signature over the bytes that came, in constant time and before anything is read, with the present secret and the one
        before, and at the age that the scheme allows. Needs nothing but its arguments and the settings: it is called within the request.
        Raises `NotAuthentic`.
        """
        ...

    def read(self, webhook: IncomingWebhook) -> Sequence[Fact]:
        """What it says, for a webhook that was verified; nothing where it is of no interest. Raises `PermanentlyRejected` for what cannot
        be read."""
        ...
