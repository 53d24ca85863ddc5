"""`CompanyReader` on PostgreSQL."""

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.queries.companies import CompanyView, LocationView, SiteView

_COMPANY = """
    SELECT id, code, name, locale, time_zone, currency, costing_method, locked_through, trim_scale(approval_threshold),
           trim_scale(purchase_approval_threshold), trim_scale(over_receipt_tolerance), sms_daily_limit, version
    FROM company WHERE id = %s
"""
_SITES = """
    SELECT s.id, s.code, s.name, s.type, s.negative_ok, s.active, s.version,
           (SELECT json_agg(json_build_object('id', l.id, 'code', l.code, 'name', l.name, 'role', l.role, 'address', l.address)
                            ORDER BY l.address)::text
            FROM location l WHERE l.company_id = s.company_id AND l.site_id = s.id)
    FROM site s WHERE s.company_id = %s AND (%s::uuid[] IS NULL OR s.id = ANY (%s::uuid[])) ORDER BY s.code
"""


class PostgresCompanyReader:
    """`CompanyReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def company(self, actor: Actor) -> CompanyView:
        rows = await self._database.fetch(Scope(actor.company), _COMPANY, (actor.company,))
        return CompanyView(*rows[0])

    async def sites(self, actor: Actor) -> list[SiteView]:
        reach = None if actor.read_sites is None else list(actor.read_sites)
        rows = await self._database.fetch(Scope(actor.company), _SITES, (actor.company, reach, reach))
        return [SiteView(*row[:7], *_locations(row[7:])) for row in rows]


def _locations(columns: Row) -> list[list[LocationView]]:
    return [msgspec.json.decode(text or "[]", type=list[LocationView]) for text in columns]
