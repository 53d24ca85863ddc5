"""Recommendations for the sites, as the worker leaves them."""

from adapters.postgres.engine import Scope
from core.domain.ids import new_id
from tests.matrix.builder import Builder

_RECOMMENDATION = """
    INSERT INTO recommendation (company_id, id, kind, product_id, site_id, measure, worth, numbers, action, since, updated_at)
    SELECT p.company_id, %(id)s, 'likely_miscount', p.id, %(site)s, 3, 4711, jsonb_build_object('on_hand', '-3', 'negative', true),
           jsonb_build_object('type', 'plan_count', 'site', %(site)s::uuid), now(), now()
    FROM product p WHERE p.company_id = %(company)s AND p.sku = 'TEA'
"""


async def build_recommendations(builder: Builder) -> None:
    """One for each of the sites UIO and GYE: stock that is to be counted."""
    side, made = builder.side, {}
    for site in ("UIO", "GYE"):
        made[site] = new_id()
        names = {"company": side.company, "id": made[site], "site": side.sites[site]}
        await builder.registry.database.fetch(Scope(side.company), _RECOMMENDATION, names)
    builder.name("recommendation", own=made["UIO"], other=made["GYE"])
