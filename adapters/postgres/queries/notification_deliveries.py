"""`DeliveryReader` on PostgreSQL."""

from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.notification import Channel, NotificationKind, Timing, kinds_for
from core.domain.text_message import segments
from core.queries.notification_deliveries import DeliveryState, NotificationDeliveryView
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

_LIST = """
    SELECT d.event_id, i.notification_id, n.kind, d.channel, d.timing, d.state, d.attempts, d.outcome, d.created_at, t.text
    FROM notification_delivery d
    JOIN notification_item i ON i.company_id = d.company_id AND i.user_id = d.user_id AND i.event_id = d.event_id
    JOIN notification n ON n.company_id = i.company_id AND n.id = i.notification_id
    LEFT JOIN text_message t ON t.company_id = d.company_id AND t.id = d.text_id
    WHERE d.company_id = %(company)s AND d.user_id = %(user)s AND n.kind = ANY (%(kinds)s)
      AND (%(channel)s::text IS NULL OR d.channel = %(channel)s) AND (%(state)s::text IS NULL OR d.state = %(state)s)
      AND (%(after)s::uuid IS NULL OR (d.event_id, d.channel) < (%(after)s, %(after_channel)s::text))
    ORDER BY d.event_id DESC, d.channel DESC LIMIT %(limit)s
"""


class PostgresDeliveryReader:
    """In one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def deliveries(
        self, actor: Actor, channel: Channel | None, state: DeliveryState | None, limit: int, cursor: str | None
    ) -> Page[NotificationDeliveryView]:
        after = decode_cursor(cursor, tuple[UUID, Channel])
        names = {
            "company": actor.company,
            "user": actor.user_id,
            "kinds": list(kinds_for(actor.permissions)),
            "channel": channel,
            "state": state,
            "after": after[0] if after else None,
            "after_channel": after[1] if after else None,
            "limit": limit + 1,
        }
        rows = await self._database.fetch(Scope(actor.company), _LIST, names)
        views = [
            NotificationDeliveryView(
                event_id,
                notification,
                NotificationKind(kind),
                Channel(by),
                Timing(timing),
                DeliveryState(stands),
                attempts,
                outcome,
                created_at,
                segments=segments(text) if text is not None else None,
            )
            for event_id, notification, kind, by, timing, stands, attempts, outcome, created_at, text in rows
        ]
        return page_of(views, limit, lambda last: encode_cursor(last.id, last.channel))
