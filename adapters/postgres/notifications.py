"""`NewsDesk` on PostgreSQL: who is told what is decided and written in one statement."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Scope
from core.domain.access import PRESET_ROLES
from core.domain.notification import AUDIENCES, DEFAULTS
from core.domain.notification_news import News
from core.domain.notification_timing import GATHERING
from core.ports.notifications import NewsDesk

TOGETHER = timedelta(minutes=10)
"""How long an unread notification takes in what else comes of its kind at its site."""
ALWAYS = 10
"""Who dismissed so many of a kind in a row, unopened, gets the next in the digest."""

# The presets and their defaults come as JSON; everything else stands in the tables. Who already has an item of an event is left
# out, each looked up by its key: as a join it was made by reading all items of a person, where the statistics knew of few. The key
# also keeps out whom another process told meanwhile.
_TELL = """
    WITH preset AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(presets)s::jsonb) AS p(code text, rank integer, permissions text[])
    ),
    usual AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(defaults)s::jsonb) AS d(role text, kind text, channels text[], timing text)
    ),
    news AS MATERIALIZED (
        SELECT n.*, p.category_id, ARRAY[p.category_id, c.parent_id, above.parent_id] AS categories,
               jsonb_strip_nulls(jsonb_build_object('sku', p.sku, 'name', p.name, 'site', s.code)) || n.facts AS told
        FROM jsonb_to_recordset(%(news)s::jsonb)
             AS n(event uuid, kind text, permission text, acts boolean, subject_type text, subject uuid, site uuid, product uuid,
                  not_to uuid, only_to uuid, facts jsonb, place integer)
        LEFT JOIN product p ON p.company_id = %(company)s AND p.id = n.product
        LEFT JOIN category c ON c.company_id = %(company)s AND c.id = p.category_id
        LEFT JOIN category above ON above.company_id = %(company)s AND above.id = c.parent_id
        LEFT JOIN site s ON s.company_id = %(company)s AND s.id = n.site
    ),
    member AS MATERIALIZED (
        SELECT m.user_id, m.read_site_ids, m.write_site_ids, coalesce(p.permissions, r.permissions) AS permissions,
               coalesce(m.role, (SELECT q.code FROM preset q WHERE q.permissions <@ r.permissions ORDER BY q.rank DESC LIMIT 1)) AS role
        FROM membership m JOIN app_user u ON u.id = m.user_id AND u.active
        LEFT JOIN preset p ON p.code = m.role
        LEFT JOIN role r ON r.company_id = m.company_id AND r.id = m.custom_role_id
        WHERE m.company_id = %(company)s AND m.active
    ),
    wisher AS MATERIALIZED (
        SELECT m.user_id, k.kind, CASE WHEN k.acts THEN m.write_site_ids ELSE m.read_site_ids END AS reach, w.site_ids, w.category_ids,
               coalesce(w.channels, d.channels) AS channels, coalesce(w.timing, d.timing) AS timing
        FROM (SELECT DISTINCT n.kind, n.permission, n.acts FROM news n) k JOIN member m ON k.permission = ANY (m.permissions)
        LEFT JOIN notification_preference w ON w.company_id = %(company)s AND w.user_id = m.user_id AND w.kind = k.kind
        LEFT JOIN usual d ON d.role = m.role AND d.kind = k.kind
        WHERE coalesce(w.channels, d.channels, '{}') <> '{}'
    ),
    wish AS MATERIALIZED (
        SELECT n.event, n.kind, n.subject_type, n.subject, n.site, n.category_id, n.told, n.place, w.user_id, w.channels, w.timing
        FROM news n
        JOIN wisher w ON w.kind = n.kind AND w.user_id IS DISTINCT FROM n.not_to AND w.user_id = coalesce(n.only_to, w.user_id)
             AND (n.site IS NULL OR (n.site = ANY (w.reach)) IS NOT FALSE)
             AND (n.site IS NULL OR (n.site = ANY (w.site_ids)) IS NOT FALSE)
             AND (n.product IS NULL OR w.category_ids IS NULL OR n.categories && w.category_ids)
        WHERE (SELECT true FROM notification_item i
               WHERE i.company_id = %(company)s AND i.user_id = w.user_id AND i.event_id = n.event) IS NULL
    ),
    gathered AS MATERIALIZED (
        SELECT g.*, new_id() AS fresh_id, (
                SELECT n.id FROM notification n
                WHERE n.company_id = %(company)s AND n.user_id = g.user_id AND n.kind = g.kind AND n.in_app = g.in_app
                  AND n.site_id IS NOT DISTINCT FROM g.site AND n.read_at IS NULL AND n.dismissed_at IS NULL
                  AND n.created_at > %(now)s - %(together)s
                ORDER BY n.id DESC LIMIT 1) AS open_id, (
                SELECT count(*) = %(always)s AND bool_and(past.read_at IS NULL)
                FROM (SELECT n.read_at FROM notification n
                      WHERE n.company_id = %(company)s AND n.user_id = g.user_id AND n.kind = g.kind
                        AND (n.read_at IS NOT NULL OR n.dismissed_at IS NOT NULL)
                      ORDER BY n.id DESC LIMIT %(always)s) past) AS always_dismissed
        FROM (SELECT DISTINCT user_id, kind, site, 'in_app' = ANY (channels) AS in_app FROM wish) g
    ),
    chosen AS MATERIALIZED (
        SELECT w.user_id, w.event, w.subject_type, w.subject, w.category_id, w.told, w.place, w.channels, w.timing,
               coalesce(g.open_id, g.fresh_id) AS notification_id, g.always_dismissed AND w.timing = 'at_once' AS folds
        FROM wish w JOIN gathered g ON g.user_id = w.user_id AND g.kind = w.kind AND g.site IS NOT DISTINCT FROM w.site
             AND g.in_app = ('in_app' = ANY (w.channels))
    ),
    item AS (
        INSERT INTO notification_item (company_id, user_id, event_id, notification_id, subject_type, subject_id, category_id,
                                       data, created_at)
        SELECT %(company)s, c.user_id, c.event, c.notification_id, c.subject_type, c.subject, c.category_id, c.told, %(now)s
        FROM chosen c ORDER BY c.user_id, c.place
        ON CONFLICT (company_id, user_id, event_id) DO NOTHING
        RETURNING notification_id
    ),
    made AS (
        INSERT INTO notification (company_id, id, user_id, kind, site_id, in_app, created_at)
        SELECT %(company)s, g.fresh_id, g.user_id, g.kind, g.site, g.in_app, %(now)s
        FROM gathered g WHERE g.fresh_id IN (SELECT i.notification_id FROM item i)
    ),
    sent AS (
        INSERT INTO notification_delivery (company_id, user_id, event_id, channel, timing, state, attempts, created_at)
        SELECT %(company)s, c.user_id, c.event, channel, CASE WHEN c.folds THEN 'daily' ELSE c.timing END,
               CASE WHEN channel = 'in_app' THEN 'sent' WHEN c.folds THEN 'folded' ELSE 'new' END,
               CASE WHEN channel = 'in_app' THEN 1 ELSE 0 END, %(now)s
        FROM chosen c CROSS JOIN unnest(c.channels) AS channel
        ON CONFLICT (company_id, user_id, event_id, channel) DO NOTHING
        RETURNING user_id, state
    )
    INSERT INTO notification_reader AS known (company_id, user_id, next_at)
    SELECT DISTINCT %(company)s, s.user_id, %(now)s + %(gathering)s FROM sent s WHERE s.state IN ('new', 'folded') ORDER BY s.user_id
    ON CONFLICT (company_id, user_id) DO UPDATE SET next_at = least(known.next_at, excluded.next_at)
"""


class PostgresNewsDesk(NewsDesk):
    """In one round trip, however many events and members there are."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tell(self, company_id: UUID, news: Sequence[News], now: datetime) -> None:
        parameters = {
            "company": company_id,
            "presets": _PRESETS,
            "defaults": _DEFAULTS,
            "news": _json([_told(place, one) for place, one in enumerate(news)]),
            "now": now,
            "together": TOGETHER,
            "always": ALWAYS,
            "gathering": GATHERING,
        }
        await self._database.fetch(Scope(company_id), _TELL, parameters)


def _told(place: int, news: News) -> dict[str, object]:
    audience = AUDIENCES[news.kind]
    return {
        "place": place,
        "event": news.event_id,
        "kind": news.kind,
        "permission": audience.permission,
        "acts": audience.acts,
        "subject_type": news.subject_type,
        "subject": news.subject_id,
        "site": news.site,
        "product": news.product,
        "not_to": news.not_to,
        "only_to": news.only_to,
        "facts": news.facts,
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_PRESETS = _json(
    [
        {"code": preset.code, "rank": preset.rank, "permissions": sorted(preset.permissions)}
        for preset in PRESET_ROLES.values()
    ]
)
_DEFAULTS = _json(
    [
        {"role": role, "kind": kind, "channels": wish.channels, "timing": wish.timing}
        for role, wishes in DEFAULTS.wishes.items()
        for kind, wish in wishes.items()
    ]
)
