"""What people care for, on PostgreSQL: counted from the postings that are there anyway, and from what they say that they opened, set by
set."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Scope
from adapters.postgres.preferences import sees_products
from adapters.postgres.usage import HEAVIEST, MOST_SHOWN, OPENED, SHOWN, UNCOUNTED
from core.domain.access import Actor
from core.domain.report import ReportName
from core.domain.usage import HALVES_IN, Page
from core.ports.interests import Opened
from core.queries.interests import (
    CategoryInterest,
    PageUse,
    ProductInterest,
    ReportUse,
    SiteInterest,
    UsageView,
)

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
_ADD = f"""
    WITH fresh AS MATERIALIZED (
        SELECT p.id, p.actor_id FROM posting p JOIN membership m ON m.company_id = p.company_id AND m.user_id = p.actor_id
        WHERE p.company_id = %(company)s AND p.id > %(posting)s AND p.source = 'api' AND NOT EXISTS ({UNCOUNTED})
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
_FORGET = """
    WITH gone AS (DELETE FROM interest i WHERE i.company_id = %(company)s AND i.user_id = %(user)s),
    unliked AS (DELETE FROM recommendation_liking l WHERE l.company_id = %(company)s AND l.user_id = %(user)s)
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

    async def add(self, actor: Actor, opened: Opened) -> None:
        names = {**_person(actor), **msgspec.structs.asdict(opened), "heaviest": HEAVIEST}
        await self._database.fetch(Scope(actor.company), OPENED, names)

    async def usage(self, actor: Actor) -> UsageView:
        names = {**_person(actor), "pages": list(Page), "reports": list(ReportName), "most": MOST_SHOWN}
        [(counted, *uses)] = await self._database.fetch(Scope(actor.company), SHOWN, names)
        pages, reports, sites, categories, products = uses
        return UsageView(
            counted,
            HALVES_IN.days,
            msgspec.convert(pages, list[PageUse]),
            msgspec.convert(reports, list[ReportUse]),
            msgspec.convert(sites, list[SiteInterest]),
            msgspec.convert(categories, list[CategoryInterest]),
            msgspec.convert(products, list[ProductInterest]),
        )

    async def forget(self, actor: Actor, now: datetime) -> None:
        await self._database.fetch(Scope(actor.company), _FORGET, {**_person(actor), "now": now})


def _person(actor: Actor) -> dict[str, Any]:
    """Who it is, and what they may see."""
    return {
        "company": actor.company,
        "user": actor.user_id,
        "reach": None if actor.read_sites is None else list(actor.read_sites),
        "sees_products": sees_products(actor),
        "sees_categories": actor.may("category:read") or actor.may("product:read"),
    }
