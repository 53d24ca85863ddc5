"""`ReportReader` on PostgreSQL: a cursor inside a transaction, so that neither the number of rows nor the time that somebody takes over them
matters."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from psycopg import AsyncServerCursor

from adapters.postgres.engine import Connection, Database, Row, Scope
from adapters.postgres.long_reads import ReadSource
from adapters.postgres.reports import documents, movements, sales, stock, trail
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.domain.report import REPORTS, ReportName
from core.domain.values import normal
from core.ports.reports import ReportFilter
from core.queries.reports import Cells, ReportRows, ReportScope

LONGEST = "120s"  # that one statement of a report may take

STATEMENTS: Mapping[ReportName, str] = {
    ReportName.STOCK_ON_HAND: stock.STOCK_ON_HAND,
    ReportName.STOCK_VALUATION: stock.STOCK_VALUATION,
    ReportName.LOW_STOCK: stock.LOW_STOCK,
    ReportName.MOVEMENTS: movements.MOVEMENTS,
    ReportName.KARDEX: movements.KARDEX,
    ReportName.DAILY: movements.DAILY,
    ReportName.SALES_BY_DATE: sales.SALES_BY_DATE,
    ReportName.SALES_BY_CATEGORY: sales.SALES_BY_CATEGORY,
    ReportName.SALES_BY_PRODUCT: sales.SALES_BY_PRODUCT,
    ReportName.SALES_BY_SITE: sales.SALES_BY_SITE,
    ReportName.TURNOVER: sales.TURNOVER,
    ReportName.ABC_XYZ: sales.ABC_XYZ,
    ReportName.SLOW_MOVERS: stock.SLOW_MOVERS,
    ReportName.TRANSFERS: documents.TRANSFERS,
    ReportName.PURCHASES: documents.PURCHASES,
    ReportName.SUPPLIER_PERFORMANCE: documents.SUPPLIER_PERFORMANCE,
    ReportName.REQUESTS: documents.REQUESTS,
    ReportName.AUDIT: trail.AUDIT,
}
_SCOPE = """
    SELECT c.name, c.currency, c.locale, c.time_zone,
           CASE WHEN %(site)s::text IS NULL THEN '' ELSE (SELECT s.name FROM site s WHERE s.company_id = c.id
               AND (s.id = %(site_id)s OR s.code = upper(%(site)s)) AND (%(reach)s::uuid[] IS NULL OR s.id = ANY (%(reach)s::uuid[]))) END,
           CASE WHEN %(category)s::uuid IS NULL THEN '' ELSE (SELECT g.name FROM category g WHERE g.company_id = c.id AND g.id = %(category)s) END,
           CASE WHEN %(product)s::text IS NULL THEN '' ELSE (SELECT p.sku || ' ' || p.name FROM product p WHERE p.company_id = c.id
               AND (p.id = %(product_id)s OR p.sku_key = lower(%(product)s))) END
    FROM company c WHERE c.id = %(company)s
"""


class PostgresReports:
    """`ReportReader`."""

    def __init__(self, database: Database, reads: ReadSource | None = None) -> None:
        """Rows are read from `reads`, where the database is not to be burdened with them."""
        self._database, self._reads = database, reads or database

    async def scope(self, actor: Actor, wanted: ReportFilter) -> ReportScope:
        rows = await self._database.fetch(Scope(actor.company), _SCOPE, _names(actor, wanted))
        return ReportScope(*rows[0])

    @asynccontextmanager
    async def open(self, actor: Actor, name: ReportName, wanted: ReportFilter) -> AsyncIterator[ReportRows]:
        async with self._reads.transaction(Scope(actor.company)) as connection:
            await connection.execute(f"SET LOCAL statement_timeout = '{LONGEST}'".encode())
            async with connection.cursor(name="report") as cursor:
                yield _Rows(connection, cursor, name, _names(actor, wanted))


class _Rows:
    """`ReportRows`."""

    def __init__(
        self, connection: Connection, cursor: AsyncServerCursor[Row], name: ReportName, names: Mapping[str, Any]
    ) -> None:
        self._connection, self._cursor, self._name, self._names = connection, cursor, name, names
        self._begun = False

    async def summary(self) -> tuple[int, dict[str, Decimal]]:
        columns = REPORTS[self._name].columns
        places = {column.name: f"c{place}" for place, column in enumerate(columns) if column.total}
        sums = "".join(f", coalesce(sum({place}), 0)" for place in places.values())
        named = ", ".join(f"c{place}" for place in range(len(columns)))
        statement = f"SELECT count(*){sums} FROM ({STATEMENTS[self._name]}) AS r({named})"
        cursor = await self._connection.execute(statement.encode(), self._names)
        row = await cursor.fetchone()
        count, *totals = row or (0,)
        return count, dict(zip(places, map(_plain, totals), strict=True))

    async def next(self, most: int) -> list[Cells]:
        if not self._begun:
            await self._cursor.execute(STATEMENTS[self._name].encode(), self._names)
            self._begun = True
        return [[_plain(cell) for cell in row] for row in await self._cursor.fetchmany(most)]


def _plain(cell: Any) -> Any:
    return normal(cell) if isinstance(cell, Decimal) else cell


def _names(actor: Actor, wanted: ReportFilter) -> dict[str, Any]:
    return {
        "company": actor.company,
        "reach": None if actor.read_sites is None else list(actor.read_sites),
        "since": wanted.since,
        "until": wanted.until,
        "site": wanted.site,
        "site_id": parse_id(wanted.site or ""),
        "category": wanted.category,
        "product": wanted.product,
        "product_id": parse_id(wanted.product or ""),
        "people": actor.may("user:read"),
    }
