"""What people care for, on PostgreSQL: counted from the postings that are there anyway, set by set."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.queries.interests import CategoryInterest, InterestsView, SiteInterest

HALVES_IN = timedelta(days=10)
_FADED = 0.01

_BEGIN = """
    INSERT INTO interest_count (company_id, posting_id, counted_at)
    VALUES (%(company)s, coalesce((SELECT p.id FROM posting p WHERE p.company_id = %(company)s ORDER BY p.id DESC LIMIT 1),
                                  '00000000-0000-0000-0000-000000000000'), %(now)s)
    ON CONFLICT (company_id) DO NOTHING
"""
_COUNTED = "SELECT posting_id, counted_at FROM interest_count WHERE company_id = %(company)s FOR UPDATE"
_FADE = (
    "UPDATE interest SET weight = weight * %(share)s WHERE company_id = %(company)s AND weight * %(share)s >= %(faded)s"
)
_DROP = "DELETE FROM interest WHERE company_id = %(company)s AND weight < %(faded)s / %(share)s AND %(share)s < 1"
# The ids of postings grow with time. One that is committed after a later one was counted is left out: it is a hint, no account.
_ADD = """
    WITH fresh AS MATERIALIZED (
        SELECT p.id, p.actor_id FROM posting p JOIN membership m ON m.company_id = p.company_id AND m.user_id = p.actor_id
        WHERE p.company_id = %(company)s AND p.id > %(posting)s AND p.source = 'api'
    ),
    deed AS MATERIALIZED (
        SELECT f.id, f.actor_id, m.product_id, site.id AS site_id
        FROM fresh f JOIN move m ON m.company_id = %(company)s AND m.posting_id = f.id
        CROSS JOIN LATERAL (VALUES (m.from_site_id), (m.to_site_id)) AS site(id)
    ),
    touched AS (
        SELECT d.actor_id, d.site_id, NULL::uuid AS category_id, count(DISTINCT d.id) AS deeds
        FROM deed d WHERE d.site_id IS NOT NULL GROUP BY d.actor_id, d.site_id
        UNION ALL
        SELECT d.actor_id, NULL, p.category_id, count(DISTINCT d.id)
        FROM deed d JOIN product p ON p.company_id = %(company)s AND p.id = d.product_id
        WHERE p.category_id IS NOT NULL GROUP BY d.actor_id, p.category_id
    ),
    added AS (
        INSERT INTO interest AS i (company_id, user_id, site_id, category_id, weight)
        SELECT %(company)s, t.actor_id, t.site_id, t.category_id, t.deeds FROM touched t
        ON CONFLICT ON CONSTRAINT interest_key DO UPDATE SET weight = i.weight + excluded.weight
    )
    UPDATE interest_count SET counted_at = %(now)s,
        posting_id = greatest(posting_id, (SELECT p.id FROM posting p WHERE p.company_id = %(company)s ORDER BY p.id DESC LIMIT 1))
    WHERE company_id = %(company)s
"""
_SHOWN = """
    SELECT (SELECT coalesce(json_agg(json_build_object('id', s.id, 'code', s.code, 'weight', round(i.weight::numeric, 2))
                                     ORDER BY i.weight DESC, s.code), '[]')
            FROM interest i JOIN site s ON s.company_id = i.company_id AND s.id = i.site_id
            WHERE i.company_id = %(company)s AND i.user_id = %(user)s AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))),
           (SELECT coalesce(json_agg(json_build_object('id', c.id, 'name', c.name, 'weight', round(i.weight::numeric, 2))
                                     ORDER BY i.weight DESC, c.name), '[]')
            FROM interest i JOIN category c ON c.company_id = i.company_id AND c.id = i.category_id
            WHERE i.company_id = %(company)s AND i.user_id = %(user)s)
"""
_FORGET = """
    WITH gone AS (DELETE FROM interest i WHERE i.company_id = %(company)s AND i.user_id = %(user)s)
    INSERT INTO notification_reader (company_id, user_id, forgotten_at)
    SELECT m.company_id, m.user_id, %(now)s FROM membership m WHERE m.company_id = %(company)s AND m.user_id = %(user)s
    ON CONFLICT (company_id, user_id) DO UPDATE SET forgotten_at = excluded.forgotten_at
"""


class PostgresInterests:
    """`Interests` and `InterestReader`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, company_id: UUID, now: datetime) -> None:
        names = {"company": company_id, "now": now}
        async with self._database.transaction(Scope(company_id)) as connection:
            await connection.execute(_BEGIN.encode(), names)
            [(posting, counted_at)] = await (await connection.execute(_COUNTED.encode(), names)).fetchall()
            share = 0.5 ** max((now - counted_at) / HALVES_IN, 0.0)
            fading = {**names, "share": share, "faded": _FADED}
            await connection.execute(_DROP.encode(), fading)
            await connection.execute(_FADE.encode(), fading)
            await connection.execute(_ADD.encode(), {**names, "posting": posting})

    async def interests(self, actor: Actor) -> InterestsView:
        names = {"company": actor.company, "user": actor.user_id, "reach": _reach(actor)}
        [(sites, categories)] = await self._database.fetch(Scope(actor.company), _SHOWN, names)
        return InterestsView(
            msgspec.convert(sites, list[SiteInterest]), msgspec.convert(categories, list[CategoryInterest])
        )

    async def forget(self, actor: Actor, now: datetime) -> None:
        names = {"company": actor.company, "user": actor.user_id, "now": now}
        await self._database.fetch(Scope(actor.company), _FORGET, names)


def _reach(actor: Actor) -> list[UUID] | None:
    return None if actor.read_sites is None else list(actor.read_sites)
