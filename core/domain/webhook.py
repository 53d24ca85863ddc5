"""Webhooks: addresses to which a company's events are sent, signed by Standard Webhooks, and what stops them."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from core.domain.errors import Fault, Forbidden
from core.domain.event_types import EVENT_TYPES
from core.domain.single_sign_on import url_problem

MOST = 20  # of a company
LONGEST_URL = 1_000
LONGEST_DESCRIPTION = 200
OVERLAP = timedelta(hours=24)
"""For how long a secret still signs after another has taken over."""
PING = "webhook_ping"
"""The type of the event that asks whether anybody is there. It stands in no feed."""

_SUBSCRIBER = "webhook:"
SECRET_PREFIX = "whsec_"  # noqa: S105 what such a secret begins with
_SECRET_BYTES = 32
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = frozenset({None, 443, 8443})


class StopReason(StrEnum):
    """Why nothing is sent."""

    UNPROVEN = "unproven"
    """Nobody at the address has answered a ping yet."""
    BY_HAND = "by_hand"
    GONE = "gone"
    """The address answered 410."""
    RIGHTS = "rights_lost"
    """Whoever it acts for may not make webhooks any more, or does not see all of the company."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address, and the types of events that are sent there (None: all), on behalf of whoever said so last: what they may not
    know is not sent. To one that has an `owner` go that person's own news instead. `stopped` says why nothing is sent."""

    id: UUID
    url: str
    description: str
    event_types: frozenset[str] | None
    acts_for: UUID
    stopped: StopReason | None = StopReason.UNPROVEN
    version: int = 1
    owner: UUID | None = None


class Rights(Protocol):
    """What somebody may do."""

    @property
    def read_sites(self) -> frozenset[UUID] | None: ...
    def may(self, permission: str) -> bool: ...


def may_be_sent_everything(rights: Rights | None) -> bool:
    """Whether somebody's webhooks may get the events of the company: all of them, wherever they happen."""
    if rights is None or rights.read_sites is not None:
        return False
    return rights.may("webhook:write") and rights.may("event:read")


def require_sight(rights: Rights) -> None:
    """Raises `Forbidden` unless somebody sees all sites: what is sent to a webhook happens at any of them."""
    if rights.read_sites is not None:
        raise Forbidden("beyond_own_rights", "a webhook tells what happens at every site, which is more than you see")


def subscriber_of(webhook_id: UUID) -> str:
    """What a webhook is called among those who want events."""
    return f"{_SUBSCRIBER}{webhook_id}"


def webhook_of(subscriber: str) -> UUID | None:
    """The webhook that is called so, None for who is none."""
    return UUID(subscriber.removeprefix(_SUBSCRIBER)) if subscriber.startswith(_SUBSCRIBER) else None


def new_webhook_secret() -> str:
    """A secret as its holder has it: `whsec_` and 32 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that sign."""
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)


def is_here(url: str) -> bool:
    """Whether the address says of itself that it is this machine."""
    return urlsplit(url).hostname in _HERE


def host_of(url: str) -> str:
    """The host of an address, which may be told to those who may not know the whole of it."""
    return urlsplit(url).hostname or ""


def url_faults(url: str, *, on_loopback: bool, pointer: str = "/url") -> list[Fault]:
    """What is wrong with an address. What its name leads to is looked at whenever something is sent there."""
    if len(url) > LONGEST_URL:
        return [Fault(pointer, "too_long", f"must have at most {LONGEST_URL} characters")]
    if problem := url_problem(url, on_loopback=on_loopback):
        return [Fault(pointer, "bad_format", problem)]
    if is_here(url) and not on_loopback:
        return [Fault(pointer, "not_public", "must lead to the public internet")]
    if not is_here(url) and urlsplit(url).port not in _PORTS:
        return [Fault(pointer, "bad_port", "only the ports 443 and 8443 are called")]
    return []


def event_type_faults(event_types: Sequence[str] | None) -> list[Fault]:
    """What is wrong with the types of events that are wanted."""
    if event_types is not None and not event_types:
        return [Fault("/event_types", "required", "name at least one type, or none for all")]
    unknown = [(index, name) for index, name in enumerate(event_types or ()) if name not in EVENT_TYPES]
    return [Fault(f"/event_types/{index}", "unknown_value", f"there is no event {name}") for index, name in unknown]
