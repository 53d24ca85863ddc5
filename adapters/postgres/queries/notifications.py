"""`NotificationReader` on PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from adapters.postgres.notification_mail import hours_of
from core.domain.access import Actor
from core.domain.notification import (
    AUDIENCES,
    DEFAULTS,
    Channel,
    NotificationKind,
    Timing,
    Wish,
    default_role,
    kinds_for,
)
from core.domain.notification_words import SHOWN, Words, words_for
from core.ports.notification_hours import shown_hours
from core.queries.notifications import (
    KindWish,
    NotificationFilter,
    NotificationItem,
    NotificationPage,
    NotificationView,
    PreferencesView,
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
# What somebody opened speaks for its site and its categories, the less the longer ago: a half after ten days.
_RANKED = f"""
    WITH opened AS MATERIALIZED (
        SELECT n.id, n.site_id, 0.5 ^ (extract(epoch FROM %(now)s - n.read_at) / 864000) AS weight FROM notification n
        WHERE n.company_id = %(company)s AND n.user_id = %(user)s AND n.read_at > %(now)s - interval '60 days'
        ORDER BY n.id DESC LIMIT 500
    ),
    site_score AS (SELECT o.site_id, sum(o.weight) AS score FROM opened o WHERE o.site_id IS NOT NULL GROUP BY o.site_id),
    category_score AS (
        SELECT k.category_id, sum(k.weight) AS score
        FROM (SELECT DISTINCT o.id, o.weight, i.category_id FROM opened o
              JOIN notification_item i ON i.company_id = %(company)s AND i.notification_id = o.id
              WHERE i.category_id IS NOT NULL) k
        GROUP BY k.category_id
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
_PREFERENCES = """
    SELECT u.time_zone, c.time_zone, m.role, o.permissions, r.quiet_from, r.quiet_to, r.digest_hour, r.digest_weekday,
           (SELECT coalesce(json_agg(json_build_array(p.kind, p.channels, p.timing, sites.codes, p.category_ids)), '[]')
            FROM notification_preference p
            LEFT JOIN LATERAL (SELECT coalesce(array_agg(s.code ORDER BY s.code), '{}') AS codes FROM site s
                               WHERE s.company_id = p.company_id AND s.id = ANY (p.site_ids)) sites ON p.site_ids IS NOT NULL
            WHERE p.company_id = %(company)s AND p.user_id = %(user)s)
    FROM app_user u CROSS JOIN company c
    LEFT JOIN membership m ON m.company_id = c.id AND m.user_id = u.id
    LEFT JOIN role o ON o.company_id = m.company_id AND o.id = m.custom_role_id
    LEFT JOIN notification_reader r ON r.company_id = c.id AND r.user_id = u.id
    WHERE u.id = %(user)s AND c.id = %(company)s
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

    async def preferences(self, actor: Actor) -> PreferencesView:
        names = {"company": actor.company, "user": actor.user_id}
        [row] = await self._database.fetch(Scope(actor.company), _PREFERENCES, names)
        own_zone, zone, role, permissions, *hours, stored = row
        role = default_role(role, frozenset(permissions or ()))
        own = {NotificationKind(one[0]): one for one in stored}
        kinds = [_wish(kind, own.get(kind), DEFAULTS.wish(role, kind)) for kind in kinds_for(actor.permissions)]
        return PreferencesView(kinds, shown_hours(hours_of(*hours)), hours[2] is None, own_zone or zone)


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


def _wish(kind: NotificationKind, own: list[Any] | None, usual: Wish) -> KindWish:
    if own is None:
        return KindWish(kind, list(usual.channels), usual.timing, None, None, True)
    _, channels, timing, sites, categories = own
    ids = None if categories is None else [UUID(category) for category in categories]
    return KindWish(kind, [Channel(channel) for channel in channels], Timing(timing), sites, ids, False)
