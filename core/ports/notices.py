"""The port to a way on which news leave, and what it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from core.domain.notification_news import News


@dataclass(frozen=True, slots=True)
class Notice:
    """One piece of a company's news. `news` says what happened, and its `event_id` names it, the same however often it comes; `text` is one
    line in the company's language, and `link` leads to the news in the application."""

    news: News
    text: str
    link: str


class NotificationChannel(Protocol):
    """A way on which one company's news leave, such as a chat. Who reads there is its own affair. It may raise the failures of
    `core.ports.failures`; any other exception counts as `Transient`."""

    async def carry(self, notices: Sequence[Notice]) -> None:
        """Brings all of these there, in this order. When it raises, all of them come again, so one that has arrived already must not be
        told a second time."""
        ...


@dataclass(frozen=True, slots=True)
class Details:
    """What it takes to put news into words: the company's language, and for each piece of news its facts with the names of what it is
    about."""

    locale: str
    facts: Sequence[Mapping[str, Any]]


class NewsDetails(Protocol):
    async def of(self, company_id: UUID, news: Sequence[News]) -> Details:
        """The details of these, in their order."""
        ...
