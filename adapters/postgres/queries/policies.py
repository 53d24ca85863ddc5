"""`PolicyReader` on PostgreSQL."""

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.policies import PolicyFilter, PolicyView

_LIST = """
    WITH found AS NOT MATERIALIZED (
        SELECT p.id, p.sku, p.name, s.code, trim_scale(r.minimum) AS minimum, trim_scale(r.target) AS target, r.version, p.sku_key
        FROM reorder_policy r
        JOIN product p ON p.company_id = r.company_id AND p.id = r.product_id
        JOIN site s ON s.company_id = r.company_id AND s.id = r.site_id
        WHERE r.company_id = %(company)s AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
          AND (%(product)s::text IS NULL OR p.id = %(product_id)s OR p.sku_key = lower(%(product)s))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
    )
    SELECT page.*, CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT * FROM found WHERE %(after_sku)s::text IS NULL OR (sku_key, code) > (%(after_sku)s, %(after_site)s)
        ORDER BY sku_key, code LIMIT %(limit)s) page ON true
    ORDER BY page.sku_key, page.code
"""


class PostgresPolicyReader:
    """`PolicyReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def policies(
        self, actor: Actor, wanted: PolicyFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[PolicyView]:
        after = decode_cursor(cursor, tuple[str, str])
        parameters = {
            "company": actor.company,
            "reach": None if actor.read_sites is None else list(actor.read_sites),
            "product": wanted.product,
            "product_id": parse_id(wanted.product or ""),
            "site": wanted.site,
            "site_id": parse_id(wanted.site or ""),
            "after_sku": after[0] if after else None,
            "after_site": after[1] if after else None,
            "limit": limit + 1,
            "total": total,
        }
        rows = await self._database.fetch(Scope(actor.company), _LIST, parameters)
        found = [(PolicyView(*row[:7]), row[7]) for row in rows if row[0] is not None]
        page = page_of(found, limit, lambda last: encode_cursor(last[1], last[0].site), rows[0][-1])
        return Page([policy for policy, _ in page.items], page.next_cursor, page.total)
