"""`ImportStorage` on PostgreSQL, and what the books of every import can do."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from adapters.postgres.bulk_ledger import load_postings
from adapters.postgres.engine import Connection, Database, Scope
from adapters.postgres.repositories.companies import PostgresCompanies
from core.domain.access import Actor
from core.domain.errors import Forbidden, Invalid, NotFound
from core.domain.known_product import KnownProduct
from core.domain.product import ProductKind, Tracking
from core.domain.stock import Posting
from core.ports.imports import ImportSite

Books = TypeVar("Books")

_SITES = """
    SELECT s.id, s.code, c.time_zone, c.currency, c.locked_through FROM site s JOIN company c ON c.id = s.company_id
    WHERE s.company_id = %(company)s AND s.active AND coalesce(s.code = upper(%(code)s), true) ORDER BY s.code
"""
_PRODUCTS = """
    SELECT asked.sku, p.id, p.kind, p.tracking, p.active
    FROM unnest(%s::text[]) AS asked(sku) JOIN product p ON p.company_id = %s AND p.sku_key = lower(asked.sku)
"""
# Between two statements the import may think for as long as its file takes; and it waits its turn to close the books.
_PATIENCE = (
    "SELECT set_config('idle_in_transaction_session_timeout', '10min', true), set_config('lock_timeout', '30s', true)"
)


class PostgresImports(Generic[Books]):
    """`ImportStorage`; `make` gives the books on a connection."""

    def __init__(self, database: Database, make: Callable[[Connection, UUID], Books]) -> None:
        self._database, self._make = database, make

    async def site(self, actor: Actor, code: str | None) -> ImportSite:
        rows = await self._database.fetch(Scope(actor.company), _SITES, {"company": actor.company, "code": code})
        if not rows:
            raise NotFound("site_not_found", f"there is no open site {code or ''}".rstrip())
        if len(rows) > 1:
            raise Invalid("site_required", f"choose one of the sites {', '.join(row[1] for row in rows)}")
        site = ImportSite(*rows[0])
        if not actor.covers([site.id]):
            raise Forbidden("site_forbidden", "outside the sites that you may write")
        return site

    @asynccontextmanager
    async def books(self, actor: Actor) -> AsyncIterator[Books]:
        async with self._database.transaction(Scope(actor.company), actor) as connection:
            await connection.execute(_PATIENCE)
            yield self._make(connection, actor.company)


class PostgresImportBooks:
    """`ImportBooks` in the transaction of a connection."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def close(self) -> None:
        await PostgresCompanies(self._connection, self._company_id).close_postings()

    async def products(self, skus: Sequence[str]) -> Mapping[str, KnownProduct]:
        cursor = await self._connection.execute(_PRODUCTS, (list(skus), self._company_id))
        return {
            sku: KnownProduct(product_id, ProductKind(kind), Tracking(tracking), active)
            for sku, product_id, kind, tracking, active in await cursor.fetchall()
        }

    async def post(
        self, actor: Actor, since: datetime, postings: Iterable[Posting], posted: Callable[[int], None]
    ) -> None:
        await load_postings(self._connection, actor, since, postings, posted)
