"""Connections to PostgreSQL: one pool, one way into a company.

Statements run as the role `pirwa_app`, which owns nothing and cannot bypass row-level security. The company is set for the
transaction only and travels in the same round trip as the first statement.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, errors
from psycopg.abc import Params
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from adapters.postgres.constraints import translated
from core.domain.errors import Busy

Row = tuple[Any, ...]
Connection = AsyncConnection[Row]

_SET_SCOPE = "SELECT set_config('app.company_id', %s, true), set_config('app.user_id', %s, true), set_config('app.platform', %s, true)"
_OPTIONS = (
    "-c role={role} -c timezone=UTC -c jit=off -c lock_timeout=2s -c statement_timeout={timeout}"
    " -c idle_in_transaction_session_timeout=15s -c search_path=public"
)


class Scope(msgspec.Struct, frozen=True):
    """Whose rows a transaction may see: a company's, those a person needs to sign in, or the list of companies."""

    company_id: UUID | None = None
    user_id: UUID | None = None
    platform: bool = False

    @property
    def settings(self) -> tuple[str, str, str]:
        return (str(self.company_id or ""), str(self.user_id or ""), "on" if self.platform else "")


class Database:
    """The pool of connections of one process, for one database role."""

    def __init__(
        self,
        url: str,
        *,
        role: str = "pirwa_app",
        size: int = 8,
        statement_timeout: str = "10s",
        patience: float = 5.0,
    ) -> None:
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=size,
            timeout=patience,
            open=False,
            configure=_configure,
            kwargs={
                "autocommit": True,
                "prepare_threshold": 2,
                "options": _OPTIONS.format(role=role, timeout=statement_timeout),
            },
        )

    async def open(self) -> None:
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close()

    def usage(self) -> Mapping[str, int]:
        """Pool figures for the metrics page."""
        return self._pool.get_stats()

    async def fetch(self, scope: Scope, statement: str, parameters: Params | None = None) -> list[Row]:
        """Runs one statement in a transaction of its own, in one round trip: the scope and the statement share an
        implicit transaction that the end of the pipeline commits."""
        async with self._connection() as connection:
            async with connection.pipeline():
                await connection.execute(_SET_SCOPE, scope.settings)
                cursor = await connection.execute(statement.encode(), parameters)
            return await cursor.fetchall() if cursor.description else []

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[Connection]:
        """A transaction of several statements: committed at the end, rolled back on any error."""
        async with self._connection() as connection:
            async with connection.pipeline():
                await connection.execute("BEGIN")
                await connection.execute(_SET_SCOPE, scope.settings)
            try:
                yield connection
            except BaseException:
                await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise Busy("database_busy", "too many requests at once", details={"retry_after": 1}) from error
        except errors.Error as error:
            raise translated(error) from error


async def _configure(connection: Connection) -> None:
    set_json_loads(msgspec.json.decode, connection)
    set_json_dumps(msgspec.json.encode, connection)
