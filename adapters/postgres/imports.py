"""`ImportStorage` on PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar
from uuid import UUID

from adapters.postgres.engine import Connection, Database, Scope
from core.domain.access import Actor
from core.domain.errors import Forbidden, Invalid, NotFound
from core.ports.imports import ImportSite

Books = TypeVar("Books")

_SITES = """
    SELECT s.id, s.code, c.time_zone, c.currency, c.locked_through FROM site s JOIN company c ON c.id = s.company_id
    WHERE s.company_id = %(company)s AND s.active AND coalesce(s.code = upper(%(code)s), true) ORDER BY s.code
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
        async with self._database.transaction(Scope(actor.company)) as connection:
            await connection.execute(_PATIENCE)
            yield self._make(connection, actor.company)
