"""`NotificationReader` on PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.notification import AUDIENCES, NotificationKind, kinds_for
from core.domain.notification_words import SHOWN, Words, words_for
from core.queries.notifications import (
    NotificationFilter,
    NotificationItem,
    NotificationPage,
    NotificationView,
    Unread,
)
from core.queries.paging import decode_cursor, encode_cursor

# Rights may have shrunk since somebody was told.
_OWN = """n.company_id = %(company)s AND n.user_id = %(user)s AND n.in_app AND n.kind = ANY (%(kinds)s)
          AND (n.site_id IS NULL
               OR (n.site_id = ANY (CASE WHEN n.kind = ANY (%(acted)s) THEN %(own)s::uuid[] ELSE %(reach)s::uuid[] END)) IS NOT FALSE)"""
_UNREAD = "n.read_at IS NULL AND n.dismissed_at IS NULL"
_ITEMS = """
    CROSS JOIN LATERAL (
        SELECT count(*) AS count FROM notification_item i WHERE i.company_id = n.company_id AND i.notification_id = n.id) total
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(first.subject_type, first.subject_id, first.data, first.created_at)) AS items
        FROM (SELECT i.subject_type, i.subject_id, i.data, i.created_at FROM notification_item i
              WHERE i.company_id = n.company_id AND i.notification_id = n.id ORDER BY i.event_id LIMIT %(shown)s) first) shown
"""
_COUNT = f"SELECT count(*) AS unread, max(n.id::text) AS newest FROM notification n WHERE {_OWN} AND {_UNREAD}"
_LIST = f"""
    SELECT c.unread, u.locale, page.*
    FROM ({_COUNT}) c CROSS JOIN app_user u LEFT JOIN (
        SELECT n.id, n.kind, s.code, total.count, shown.items, n.created_at, n.read_at, n.dismissed_at
        FROM (SELECT * FROM notification n
              WHERE {_OWN} AND (%(after)s::uuid IS NULL OR n.id < %(after)s) AND (%(kind)s::text IS NULL OR n.kind = %(kind)s)
                AND (NOT %(unread)s OR ({_UNREAD}))
              ORDER BY n.id DESC LIMIT %(limit)s) n
        LEFT JOIN site s ON s.company_id = n.company_id AND s.id = n.site_id
        {_ITEMS}) page ON true
    WHERE u.id = %(user)s
    ORDER BY page.id DESC
"""
# What somebody opened, and what they work with, speaks for its site and its categories, the less the longer ago: a half after ten days.
_RANKED = f"""
    WITH opened AS MATERIALIZED (
        SELECT n.id, n.site_id, 0.5 ^ (extract(epoch FROM %(now)s - n.read_at) / 864000) AS weight FROM notification n
        WHERE n.company_id = %(company)s AND n.user_id = %(user)s
          AND n.read_at > greatest(%(now)s - interval '60 days', (SELECT r.forgotten_at FROM notification_reader r
                                   WHERE r.company_id = %(company)s AND r.user_id = %(user)s))
        ORDER BY n.id DESC LIMIT 500
    ),
    worked AS MATERIALIZED (
        SELECT w.site_id, w.category_id, ln(1 + w.weight) AS weight FROM interest w
        WHERE w.company_id = %(company)s AND w.user_id = %(user)s
    ),
    site_score AS (
        SELECT k.site_id, sum(k.weight) AS score
        FROM (SELECT o.site_id, o.weight FROM opened o UNION ALL SELECT w.site_id, w.weight FROM worked w) k
        WHERE k.site_id IS NOT NULL GROUP BY k.site_id
    ),
    category_score AS (
        SELECT k.category_id, sum(k.weight) AS score
        FROM (SELECT * FROM (SELECT DISTINCT ON (o.id, i.category_id) i.category_id, o.weight FROM opened o
                             JOIN notification_item i ON i.company_id = %(company)s AND i.notification_id = o.id) o
              UNION ALL SELECT w.category_id, w.weight FROM worked w) k
        WHERE k.category_id IS NOT NULL GROUP BY k.category_id
    )
    SELECT c.unread, u.locale, page.*
    FROM ({_COUNT}) c CROSS JOIN app_user u LEFT JOIN (
        SELECT n.id, n.kind, s.code, total.count, shown.items, n.created_at, n.read_at, n.dismissed_at, n.score
        FROM (SELECT n.*, coalesce((SELECT o.score FROM site_score o WHERE o.site_id = n.site_id), 0)
                  + coalesce((SELECT max(k.score) FROM notification_item i JOIN category_score k ON k.category_id = i.category_id
                              WHERE i.company_id = n.company_id AND i.notification_id = n.id), 0) AS score
              FROM notification n
              WHERE {_OWN} AND {_UNREAD} AND (%(kind)s::text IS NULL OR n.kind = %(kind)s)
              ORDER BY score DESC, n.id DESC LIMIT %(limit)s) n
        LEFT JOIN site s ON s.company_id = n.company_id AND s.id = n.site_id
        {_ITEMS}) page ON true
    WHERE u.id = %(user)s
    ORDER BY page.score DESC, page.id DESC
"""


class PostgresNotificationReader:
    """One statement for each question."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def notifications(
        self, actor: Actor, wanted: NotificationFilter, limit: int, cursor: str | None, now: datetime
    ) -> NotificationPage:
        after = decode_cursor(cursor, tuple[UUID])
        names = {
            **_reach(actor),
            "after": after[0] if after else None,
            "kind": wanted.kind,
            "unread": wanted.unread,
            "limit": limit if wanted.ranked else limit + 1,
            "shown": SHOWN,
            "now": now,
        }
        rows = await self._database.fetch(Scope(actor.company), _RANKED if wanted.ranked else _LIST, names)
        words = words_for(rows[0][1])
        views = [_view(words, row[2:10]) for row in rows if row[2] is not None]
        more = len(views) > limit
        return NotificationPage(views[:limit], rows[0][0], encode_cursor(views[limit - 1].id) if more else None)

    async def unread(self, actor: Actor) -> Unread:
        [(unread, newest)] = await self._database.read(Scope(actor.company), _COUNT, _reach(actor))
        return Unread(unread, UUID(newest) if newest else None)


def _reach(actor: Actor) -> dict[str, object]:
    """What the actor may know at this moment."""
    kinds = kinds_for(actor.permissions)
    return {
        "company": actor.company,
        "user": actor.user_id,
        "kinds": list(kinds),
        "acted": [kind for kind in kinds if AUDIENCES[kind].acts],
        "reach": None if actor.read_sites is None else list(actor.read_sites),
        "own": None if actor.sites is None else list(actor.sites),
    }


def _view(words: Words, row: Row) -> NotificationView:
    notification_id, kind, site, count, items, created_at, read_at, dismissed_at = row
    kind = NotificationKind(kind)
    return NotificationView(
        id=notification_id,
        kind=kind,
        title=words.titles[kind],
        site=site,
        count=count,
        items=[_item(words, kind, *item) for item in items],
        created_at=created_at,
        read_at=read_at,
        dismissed_at=dismissed_at,
    )


def _item(
    words: Words, kind: NotificationKind, subject_type: str, subject_id: str, facts: dict[str, Any], at: str
) -> NotificationItem:
    return NotificationItem(words.line(kind, facts), subject_type, UUID(subject_id), facts, datetime.fromisoformat(at))
