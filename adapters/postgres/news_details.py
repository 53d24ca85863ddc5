"""`NewsDetails` on PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.notification_news import News
from core.ports.notices import Details

_DETAILS = """
    SELECT c.locale, (
        SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('sku', p.sku, 'name', p.name, 'site', s.code)) ORDER BY n.place), '[]')
        FROM unnest(%(products)s::uuid[], %(sites)s::uuid[]) WITH ORDINALITY AS n(product, site, place)
        LEFT JOIN product p ON p.company_id = c.id AND p.id = n.product
        LEFT JOIN site s ON s.company_id = c.id AND s.id = n.site)
    FROM company c WHERE c.id = %(company)s
"""


class PostgresNewsDetails:
    """In one round trip, however much news there is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, company_id: UUID, news: Sequence[News]) -> Details:
        asked = {
            "company": company_id,
            "products": [one.product for one in news],
            "sites": [one.site for one in news],
        }
        ((locale, names),) = await self._database.fetch(Scope(company_id), _DETAILS, asked)
        return Details(locale, [{**name, **one.facts} for one, name in zip(news, names, strict=True)])
