"""`PolicyReader` on PostgreSQL."""

import msgspec

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.policies import PolicyFilter, PolicyView

_PERIODS = """
    SELECT json_agg(json_build_object('valid_from', d.valid_from, 'valid_to', d.valid_to, 'minimum', trim_scale(d.minimum)::text,
                                      'target', trim_scale(d.target)::text, 'service_level', trim_scale(d.service_level)::text)
                    ORDER BY d.valid_from)
    FROM policy_period d WHERE d.company_id = %(company)s AND d.product_id = page.product AND d.site_id = page.site
"""
_VIEW = f"""
    json_build_object('product', page.product, 'sku', page.sku, 'name', page.name, 'site', page.code,
        'minimum', trim_scale(page.minimum)::text, 'target', trim_scale(page.target)::text, 'level_source', page.level_source,
        'basis', page.basis, 'fixed_minimum', trim_scale(page.fixed_minimum)::text, 'fixed_target', trim_scale(page.fixed_target)::text,
        'method', page.method, 'service_level', trim_scale(page.service_level)::text, 'mode', page.mode,
        'spending_limit', trim_scale(page.spending_limit)::text, 'sources', page.sources, 'review_days', page.review_days,
        'cover_days', page.cover_days, 'periods', coalesce(({_PERIODS}), '[]'::json), 'version', page.version)::text
"""
_LIST = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT p.id AS product, p.sku, p.name, s.code, s.id AS site, p.sku_key, r.minimum, r.target, r.level_source, r.basis,
               r.fixed_minimum, r.fixed_target, r.method, r.service_level, r.mode, r.spending_limit, r.sources, r.review_days,
               r.cover_days, r.version
        FROM reorder_policy r
        JOIN product p ON p.company_id = r.company_id AND p.id = r.product_id
        JOIN site s ON s.company_id = r.company_id AND s.id = r.site_id
        WHERE r.company_id = %(company)s AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))
          AND (%(product)s::text IS NULL OR p.id = %(product_id)s OR p.sku_key = lower(%(product)s))
          AND (%(q)s::text IS NULL OR strpos(lower(p.name), %(q)s) > 0 OR strpos(p.sku_key, %(q)s) > 0 OR EXISTS (
               SELECT FROM barcode b WHERE b.company_id = p.company_id AND b.product_id = p.id AND strpos(lower(b.code), %(q)s) > 0))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
    )
    SELECT CASE WHEN page.sku IS NOT NULL THEN {_VIEW} END, page.sku_key, CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
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
            "q": wanted.q and wanted.q.lower(),
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
        found = [(msgspec.json.decode(row[0], type=PolicyView), row[1]) for row in rows if row[0] is not None]
        page = page_of(found, limit, lambda last: encode_cursor(last[1], last[0].site), rows[0][-1])
        return Page([policy for policy, _ in page.items], page.next_cursor, page.total)
