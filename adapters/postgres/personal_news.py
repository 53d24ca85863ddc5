"""News as they go to a person's own webhook: in their words, with the facts that they were told, and nothing else of the event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from adapters.postgres.engine import Row
from core.domain.notification import NotificationKind
from core.domain.notification_words import words_for
from core.ports.outbox import Delivery

TYPE = "notification"

NEWS = """
    SELECT i.event_id, n.kind, n.site_id, i.data, u.locale
    FROM notification_item i JOIN notification n ON n.company_id = i.company_id AND n.id = i.notification_id
    JOIN app_user u ON u.id = i.user_id
    WHERE i.company_id = %(company)s AND i.user_id = %(user)s AND i.event_id = ANY (%(events)s)
"""


@dataclass(frozen=True, slots=True)
class PersonalNews:
    """A delivery that brings one item, of this kind at this site."""

    delivery: Delivery
    kind: NotificationKind
    site: UUID | None


def news_of(deliveries: Sequence[Delivery], rows: Sequence[Row]) -> list[PersonalNews]:
    """The deliveries with the rows of `NEWS` in place of their events. What has no row is left out."""
    items = {row[0]: row[1:] for row in rows}
    return [_news(one, *items[one.event.id]) for one in deliveries if one.event.id in items]


def _news(one: Delivery, kind: str, site: UUID | None, facts: dict[str, object], locale: str) -> PersonalNews:
    known, words = NotificationKind(kind), words_for(locale)
    data = {"kind": kind, "title": words.titles[known], "text": words.line(known, facts), "facts": facts}
    return PersonalNews(replace(one, event=replace(one.event, type=TYPE, data=data)), known, site)
