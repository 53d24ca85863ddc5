"""`CompanyRepository` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import sql

from adapters.postgres.engine import Connection
from core.domain.company import Location, Site
from core.domain.errors import Conflict, NotFound, StaleVersion
from core.domain.ids import parse_id

_ADD_COMPANY = "INSERT INTO company (id, code, name, currency, locale, time_zone, costing_method) VALUES (%s, %s, %s, %s, %s, %s, %s)"
_ADD_LOCATIONS = (
    "INSERT INTO location (company_id, id, site_id, code, name, role, address) VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
_ADD_SITE = "INSERT INTO site (company_id, id, code, name, type, negative_ok) VALUES (%s, %s, %s, %s, %s, %s)"
_SITES = "SELECT id, code FROM site WHERE company_id = %s AND (id = ANY (%s::uuid[]) OR code = ANY (%s))"
_RENAME_ADDRESSES = "UPDATE location SET address = %(new)s || substr(address, length(%(old)s) + 1) WHERE company_id = %(company)s AND site_id = %(site)s"
_SUSPENDED = "SELECT suspended FROM company WHERE id = %s FOR NO KEY UPDATE"
_SITE_CODE = "SELECT code FROM site WHERE company_id = %s AND id = %s"
_LOCK_PERIOD = "SELECT pg_advisory_xact_lock(hashtextextended('period:' || %s, 0))"


class PostgresCompanies:
    """`CompanyRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def add_company(self, code: str, name: str, currency: str, locale: str, time_zone: str, costing: str) -> None:
        await self._connection.execute(
            _ADD_COMPANY, (self._company_id, code, name, currency, locale, time_zone, costing)
        )

    async def add_locations(self, locations: Sequence[Location]) -> None:
        await self._connection.cursor().executemany(
            _ADD_LOCATIONS,
            [(self._company_id, one.id, one.site_id, one.code, one.name, one.role, one.address) for one in locations],
        )

    async def add_site(self, site: Site) -> None:
        await self._connection.execute(
            _ADD_SITE, (self._company_id, site.id, site.code, site.name, site.type, site.negative_ok)
        )
        await self.add_locations(site.initial_locations())

    async def site_ids(self, references: Sequence[str]) -> Mapping[str, UUID]:
        ids = [found for reference in references if (found := parse_id(reference))]
        cursor = await self._connection.execute(_SITES, (self._company_id, ids, [text.upper() for text in references]))
        known = {key: row[0] for row in await cursor.fetchall() for key in (str(row[0]), row[1])}
        return {text: known[key] for text in references for key in (text, text.upper()) if key in known}

    async def is_suspended(self) -> bool:
        cursor = await self._connection.execute(_SUSPENDED, (self._company_id,))
        if row := await cursor.fetchone():
            return bool(row[0])
        raise NotFound("company_not_found", "no company has this id")

    async def change_company(self, changes: Mapping[str, object], version: int | None) -> int:
        return await self._change("company", self._company_id, changes, version)

    async def change_site(self, site_id: UUID, changes: Mapping[str, object], version: int | None) -> int:
        if "code" in changes:
            await self._rename(site_id, str(changes["code"]))
        return await self._change("site", site_id, changes, version)

    async def _rename(self, site_id: UUID, code: str) -> None:
        """Addresses begin with the code of their site."""
        old = await self.site_code(site_id)
        await self._connection.execute(
            _RENAME_ADDRESSES, {"new": code, "old": old, "company": self._company_id, "site": site_id}
        )

    async def _change(self, table: str, row_id: UUID, changes: Mapping[str, object], version: int | None) -> int:
        scope = sql.SQL("id = %(id)s") if table == "company" else sql.SQL("company_id = %(company)s AND id = %(id)s")
        columns = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in changes
        )
        statement = sql.SQL("UPDATE {} SET {}, version = version + 1 WHERE {} RETURNING version").format(
            sql.Identifier(table), columns, scope
        )
        cursor = await self._connection.execute(statement, {**changes, "id": row_id, "company": self._company_id})
        row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"{table}_not_found", f"no {table} has this id")
        if version is not None and row[0] != version + 1:
            raise StaleVersion("stale_version", "somebody else changed this since you read it")
        return int(row[0])

    async def site_code(self, site_id: UUID) -> str:
        cursor = await self._connection.execute(_SITE_CODE, (self._company_id, site_id))
        if row := await cursor.fetchone():
            return str(row[0])
        raise NotFound("site_not_found", "no site has this id")

    async def close_postings(self) -> None:
        await self._connection.execute(_LOCK_PERIOD, (str(self._company_id),))

    async def refuse_if_stock_moved(self) -> None:
        await self.close_postings()
        cursor = await self._connection.execute(
            "SELECT 1 FROM posting WHERE company_id = %s LIMIT 1", (self._company_id,)
        )
        if await cursor.fetchone():
            raise Conflict("stock_moved", "the costing method is fixed once stock has moved")
