"""People are told what happened. An event that comes twice is told once, because each person has at most one item of it."""

from collections.abc import Sequence
from uuid import UUID

from core.domain.events import Event
from core.domain.notification_news import NEWS_EVENT_TYPES, news_among
from core.ports.clock import Clock
from core.ports.notifications import NewsDesk

EVENT_TYPES = NEWS_EVENT_TYPES


async def notify(desk: NewsDesk, clock: Clock, company_id: UUID, events: Sequence[Event]) -> None:
    """Tells the members of the company what of this is news to them."""
    if news := news_among(events):
        await desk.tell(company_id, news, clock.now())
