"""`TenantReader` on PostgreSQL."""

from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.platform import TenantView

_TENANT = "SELECT id, code, name, suspended, created_at, version FROM company"
_ONE = f"{_TENANT} WHERE id = %(id)s"
_LIST = f"""
    WITH found AS NOT MATERIALIZED ({_TENANT} WHERE %(suspended)s::boolean IS NULL OR suspended = %(suspended)s)
    SELECT page.*, CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT * FROM found WHERE %(after)s::text IS NULL OR code > %(after)s ORDER BY code LIMIT %(limit)s) page ON true
    ORDER BY page.code
"""


class PostgresTenantReader:
    """`TenantReader` over the pool, in the scope of the platform."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tenants(
        self, actor: Actor, suspended: bool | None, limit: int, cursor: str | None, *, total: bool
    ) -> Page[TenantView]:
        actor.require("platform:company")
        after = decode_cursor(cursor, tuple[str])
        parameters = {"suspended": suspended, "after": after[0] if after else None, "limit": limit + 1, "total": total}
        rows = await self._database.fetch(Scope(platform=True), _LIST, parameters)
        found = [TenantView(*row[:6]) for row in rows if row[0] is not None]
        return page_of(found, limit, lambda last: encode_cursor(last.code), rows[0][-1])

    async def tenant(self, actor: Actor, company_id: UUID) -> TenantView:
        actor.require("platform:company")
        rows = await self._database.fetch(Scope(platform=True), _ONE, {"id": company_id})
        if not rows:
            raise NotFound("company_not_found", "no company has this id")
        return TenantView(*rows[0])
