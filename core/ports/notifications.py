"""The ports to news for people: telling them, writing mails about them, and what each person wishes and has seen."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from core.domain.access import Actor
from core.domain.mail import Mail
from core.domain.notification import Hours, NotificationKind, Preference, Timing
from core.domain.notification_news import News


class NewsDesk(Protocol):
    async def tell(self, company_id: UUID, news: Sequence[News], now: datetime) -> None:
        """Tells the members who may know and wish to, each of them once, however often it is called. What comes close
        together is one notification; mail waits for its turn."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a mail is for, as they are at this moment. `actor` has the rights of their membership, none if it is not in force.
    Mail goes to an address only when its owner has shown that they read it."""

    actor: Actor
    name: str
    locale: str
    zone: ZoneInfo
    address: str | None
    company: str
    hours: Hours


@dataclass(frozen=True, slots=True)
class WaitingNews:
    """One item that waits for a mail."""

    event_id: UUID
    kind: NotificationKind
    site: UUID | None
    facts: dict[str, object]
    timing: Timing
    since: datetime


class MailTurn(Protocol):
    """A person whom nobody else writes to at this moment. All of it is done, or nothing."""

    @property
    def reader(self) -> Reader: ...

    async def waiting(self) -> Sequence[WaitingNews]:
        """What waits for a mail, the oldest first."""
        ...

    async def post(self, mail: Mail, told: Collection[UUID]) -> None:
        """Hands a mail to the queue of mails; that these events were told depends on how it fares there."""
        ...

    async def give_up(self, events: Collection[UUID], outcome: str) -> None:
        """Notes that these are not told by mail, and why."""
        ...

    async def look_again(self, at: datetime | None) -> None:
        """When it is this person's turn again; None: when there is something new."""
        ...


class MailTurns(Protocol):
    def next(self, company_id: UUID, now: datetime) -> AbstractAsyncContextManager[MailTurn | None]:
        """The turn of somebody whose time has come, committed at the end; None when there is nobody."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """What references stand for: the ids of sites and categories, of those that exist for this actor."""

    sites: dict[str, UUID]
    categories: frozenset[UUID]


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
