"""`OwnNotifications` and `NotificationPreferences` on PostgreSQL, one statement for each deed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Scope
from adapters.postgres.notification_reach import REACH
from core.domain.access import Actor
from core.domain.errors import Forbidden, NotFound
from core.domain.ids import parse_id
from core.domain.notification import Hours, Preference
from core.domain.notification_reach import Reach
from core.ports.notifications import Known, NotificationPreferences, OwnNotifications
from core.ports.plugins import Plugins

_OWN = "company_id = %(company)s AND user_id = %(user)s AND in_app"
_READ = f"UPDATE notification SET read_at = coalesce(read_at, %(now)s) WHERE {_OWN} AND id = %(id)s RETURNING 1"
_READ_THROUGH = f"""
    UPDATE notification SET read_at = %(now)s
    WHERE {_OWN} AND read_at IS NULL AND dismissed_at IS NULL AND (%(last)s::uuid IS NULL OR id <= %(last)s)
"""
_DISMISS = (
    f"UPDATE notification SET dismissed_at = coalesce(dismissed_at, %(now)s) WHERE {_OWN} AND id = %(id)s RETURNING 1"
)
_KNOWN = f"""
    SELECT (SELECT coalesce(json_agg(json_build_array(r.reference, s.id)), '[]')
            FROM unnest(%(sites)s::text[], %(site_ids)s::uuid[]) AS r(reference, id)
            JOIN site s ON s.company_id = %(company)s AND (s.id = r.id OR s.code = upper(btrim(r.reference)))
            WHERE %(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[])),
           (SELECT coalesce(array_agg(c.id), '{{}}') FROM category c
            WHERE c.company_id = %(company)s AND c.id = ANY (%(categories)s::uuid[])),
           {REACH}
"""
# Whatever waits is looked at anew, because the hours may be others now.
_SAVE = """
    WITH member AS (SELECT user_id FROM membership WHERE company_id = %(company)s AND user_id = %(user)s),
    wanted AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%(wanted)s::jsonb)
            AS w(kind text, channels text[], timing text, sites uuid[], categories uuid[])
    ),
    gone AS (
        DELETE FROM notification_preference p
        WHERE p.company_id = %(company)s AND p.user_id = %(user)s AND p.kind NOT IN (SELECT w.kind FROM wanted w)
    ),
    kept AS (
        INSERT INTO notification_preference (company_id, user_id, kind, channels, timing, site_ids, category_ids)
        SELECT %(company)s, m.user_id, w.kind, w.channels, w.timing, w.sites, w.categories FROM wanted w CROSS JOIN member m
        ON CONFLICT (company_id, user_id, kind) DO UPDATE SET channels = excluded.channels, timing = excluded.timing,
            site_ids = excluded.site_ids, category_ids = excluded.category_ids
    )
    INSERT INTO notification_reader (company_id, user_id, next_at, quiet_from, quiet_to, digest_hour, digest_weekday)
    SELECT %(company)s, m.user_id, %(now)s, %(quiet_from)s, %(quiet_to)s, %(digest_hour)s, %(digest_weekday)s FROM member m
    ON CONFLICT (company_id, user_id) DO UPDATE SET next_at = excluded.next_at, quiet_from = excluded.quiet_from,
        quiet_to = excluded.quiet_to, digest_hour = excluded.digest_hour, digest_weekday = excluded.digest_weekday
    RETURNING 1
"""


class PostgresOwnNotifications(OwnNotifications):
    """Over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, actor: Actor, notification_id: UUID, now: datetime) -> None:
        await self._on_one(_READ, actor, notification_id, now)

    async def read_through(self, actor: Actor, last: UUID | None, now: datetime) -> None:
        names = {"company": actor.company, "user": actor.user_id, "last": last, "now": now}
        await self._database.fetch(Scope(actor.company), _READ_THROUGH, names, by=actor)

    async def dismiss(self, actor: Actor, notification_id: UUID, now: datetime) -> None:
        await self._on_one(_DISMISS, actor, notification_id, now)

    async def _on_one(self, statement: str, actor: Actor, notification_id: UUID, now: datetime) -> None:
        names = {"company": actor.company, "user": actor.user_id, "id": notification_id, "now": now}
        if not await self._database.fetch(Scope(actor.company), statement, names, by=actor):
            raise NotFound("notification_not_found", "you have no notification with this id")


class PostgresNotificationPreferences(NotificationPreferences):
    """Over the pool."""

    def __init__(self, database: Database, plugins: Plugins) -> None:
        self._database, self._carriers = database, sorted(plugins.message_senders())

    async def known(self, actor: Actor, sites: Collection[str], categories: Collection[UUID]) -> Known:
        references = sorted(sites)
        names = {
            "company": actor.company,
            "user": actor.user_id,
            "carriers": self._carriers,
            "sites": references,
            "site_ids": [parse_id(reference) for reference in references],
            "reach": None if actor.read_sites is None else list(actor.read_sites),
            "categories": sorted(categories),
        }
        [(found, known, reach)] = await self._database.fetch(Scope(actor.company), _KNOWN, names)
        sites_found = {reference: UUID(site) for reference, site in found}
        return Known(sites_found, frozenset(known), Reach(*(reach or (False,) * 4)))

    async def save(self, actor: Actor, preferences: Sequence[Preference], hours: Hours | None, now: datetime) -> None:
        quiet = hours.quiet if hours else None
        names = {
            "company": actor.company,
            "user": actor.user_id,
            "wanted": msgspec.json.encode([_columns(one) for one in preferences]).decode(),
            "now": now,
            "quiet_from": quiet.start if quiet else None,
            "quiet_to": quiet.end if quiet else None,
            "digest_hour": hours.digest_hour if hours else None,
            "digest_weekday": hours.digest_weekday if hours else None,
        }
        if not await self._database.fetch(Scope(actor.company), _SAVE, names, by=actor):
            raise Forbidden("not_a_member", "only members of the company are told its news")


def _columns(one: Preference) -> dict[str, object]:
    return {
        "kind": one.kind,
        "channels": one.wish.channels,
        "timing": one.wish.timing,
        "sites": one.sites,
        "categories": one.categories,
    }
