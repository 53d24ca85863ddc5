"""What happened is put into words, for whoever carries news. An event that comes twice is the same notice twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.domain.events import Event
from core.domain.notification import PAGE
from core.domain.notification_news import news_among
from core.domain.notification_words import words_for
from core.ports.notices import NewsDetails, Notice, NotificationChannel


@dataclass(frozen=True, slots=True)
class Notices:
    """Makes notices of events. Links begin with the address."""

    details: NewsDetails
    address: str

    async def of(self, company_id: UUID, events: Sequence[Event]) -> Sequence[Notice]:
        """The notices of those events that are news, in their order."""
        news = news_among(events)
        if not news:
            return []
        details = await self.details.of(company_id, news)
        words, link = words_for(details.locale), f"{self.address}{PAGE}"
        return [Notice(one, words.line(one.kind, facts), link) for one, facts in zip(news, details.facts, strict=True)]


async def notify(
    notices: Notices, channel_of: Callable[[UUID], NotificationChannel], company_id: UUID, events: Sequence[Event]
) -> None:
    """Has a channel carry what of this is news."""
    if told := await notices.of(company_id, events):
        await channel_of(company_id).carry(told)
