"""The ports to news for people: telling them, in the application and out of it, and what each person wishes and has seen."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from core.domain.access import Actor
from core.domain.mail import Mail
from core.domain.notification import Channel, Hours, NotificationKind, Preference, Timing
from core.domain.notification_news import News
from core.domain.notification_reach import Reach


class NewsDesk(Protocol):
    async def tell(self, company_id: UUID, news: Sequence[News], now: datetime) -> None:
        """Tells the members who may know and wish to, each of them once, however often it is called. What comes close
        together is one notification; what comes by other channels waits for its reader's turn."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom news are for, as they are at this moment. `actor` has the rights of their membership, none if it is not in force.
    `address` and `phone` are there only when their owner has shown that they read them, `has_carrier` says that a plugin is at work
    that sends text messages for the company, `has_mail_sender` the same of mails; `webhook` is one of their own, enabled or not.
    `mail_block` says why no mail goes to the address, where that is so; `unwanted`: text messages of the company are not wanted at the
    number any more."""

    actor: Actor
    name: str
    locale: str
    zone: ZoneInfo
    address: str | None
    phone: str | None
    has_carrier: bool
    webhook: UUID | None
    company: str
    hours: Hours
    has_mail_sender: bool = False
    mail_block: str | None = None
    unwanted: bool = False


@dataclass(frozen=True, slots=True)
class WaitingNews:
    """One item that waits to be told by a channel."""

    event_id: UUID
    channel: Channel
    kind: NotificationKind
    site: UUID | None
    facts: dict[str, object]
    timing: Timing
    since: datetime


class PersonalTurn(Protocol):
    """A person to whom nobody else turns at this moment. All of it is done, or nothing."""

    @property
    def reader(self) -> Reader: ...

    async def waiting(self) -> Sequence[WaitingNews]:
        """What waits, by all channels: first what is of the sites and categories that the person works with most."""
        ...

    async def post(self, mail: Mail, told: Collection[UUID]) -> None:
        """Hands a mail to the queue of mails; that these events were told depends on how it fares there."""
        ...

    async def send_text(self, text: str, told: Collection[UUID]) -> bool:
        """Hands a text message to its queue, as `post` does, if the company has one left for today. Returns whether it had."""
        ...

    async def call_webhook(self, webhook_id: UUID, told: Collection[UUID]) -> None:
        """Hands these to the queue of the person's own webhook, one by one."""
        ...

    async def put_off(self, channel: Channel, events: Collection[UUID], outcome: str) -> None:
        """Leaves these to the next daily digest by that channel, and notes why."""
        ...

    async def give_up(self, channel: Channel, events: Collection[UUID], outcome: str) -> None:
        """Notes that these are not told by that channel, and why."""
        ...

    async def look_again(self, at: datetime | None) -> None:
        """When it is this person's turn again; None: when there is something new."""
        ...


class PersonalTurns(Protocol):
    def next(self, company_id: UUID, now: datetime) -> AbstractAsyncContextManager[PersonalTurn | None]:
        """The turn of somebody whose time has come, committed at the end; None when there is nobody."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What references stand for: the ids of sites and categories, of those that exist for this actor. And how they can be reached."""

    sites: dict[str, UUID]
    categories: frozenset[UUID]
    reach: Reach


class NotificationPreferences(Protocol):
    """What the actor wishes."""

    async def known(self, actor: Actor, sites: Collection[str], categories: Collection[UUID]) -> Known: ...

    async def save(self, actor: Actor, preferences: Sequence[Preference], hours: Hours | None, now: datetime) -> None:
        """Replaces all wishes and the hours; without hours the defaults hold. Raises Forbidden `not_a_member`."""
        ...


class OwnNotifications(Protocol):
    """The actor's notifications; those of others do not exist."""

    async def read(self, actor: Actor, notification_id: UUID, now: datetime) -> None:
        """Raises NotFound."""
        ...

    async def read_through(self, actor: Actor, last: UUID | None, now: datetime) -> None:
        """All up to this one, or all."""
        ...

    async def dismiss(self, actor: Actor, notification_id: UUID, now: datetime) -> None:
        """Raises NotFound."""
        ...
