"""One way into a company: every statement runs inside a scope.

Statements run as the role `pirwa_app`, which owns nothing and cannot bypass row-level security. The company is set for the
transaction only and travels in the same round trip as the first statement.
"""

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec
from psycopg import errors

from adapters.postgres.constraints import translated
from adapters.postgres.joint_reads import JointReads
from adapters.postgres.link import Connection, Link, Parameters, Question, Row
from adapters.postgres.pool import Pool
from core.domain.access import Actor

__all__ = ["Connection", "Database", "Row", "Scope"]

_SET_SCOPE = "SELECT set_config('app.company_id', %s, true), set_config('app.user_id', %s, true), set_config('app.platform', %s, true)"
_SET_ACTOR = (
    "SELECT set_config('app.actor', %s, true), set_config('app.agent', %s, true), set_config('app.origin', %s, true),"
    " set_config('app.request', %s, true), set_config('app.reason', %s, true)"
)
# Statements are composed for each shape of question, so one plan serves all its values, and planning is most of the cost.
_OPTIONS = (
    "-c role={role} -c timezone=UTC -c jit=off -c lock_timeout=2s -c statement_timeout={timeout}"
    " -c idle_in_transaction_session_timeout=15s -c search_path=public -c plan_cache_mode=force_generic_plan"
)
# Of a transaction of several statements: whoever has done some work and waits in line keeps their place. To give up and come again costs
# everybody that work once more, and makes the line longer.
_PATIENTLY = ("SET LOCAL lock_timeout = '5s'", None)

_GRACE = 2.0  # seconds beyond the time of a statement in which the server must have answered
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}


class Scope(msgspec.Struct, frozen=True):
    """Whose rows a transaction may see: a company's, those a person needs to sign in, or the list of companies."""

    company_id: UUID | None = None
    user_id: UUID | None = None
    platform: bool = False

    @property
    def settings(self) -> tuple[str, str, str]:
        return (str(self.company_id or ""), str(self.user_id or ""), "on" if self.platform else "")


class Database:
    """The connections of one process, for one database role."""

    def __init__(
        self,
        url: str,
        *,
        role: str = "pirwa_app",
        size: int = 8,
        statement_timeout: str = "10s",
        patience: float = 5.0,
    ) -> None:
        options = _OPTIONS.format(role=role, timeout=statement_timeout)
        answered = _seconds(statement_timeout) + _GRACE
        self._pool = Pool(lambda: Link.open(url, options, math.ceil(patience), answered), size, patience)
        self._joint_reads = JointReads(self._ask)

    async def open(self) -> None:
        self._pool.open()

    async def close(self) -> None:
        self._pool.close()

    def usage(self) -> Mapping[str, int]:
        """Pool figures for the metrics page."""
        return self._pool.usage()

    async def fetch(
        self, scope: Scope, statement: str, parameters: Parameters = None, *, by: Actor | None = None
    ) -> list[Row]:
        """Runs one statement in a transaction of its own, in one round trip. What it changes is recorded as done `by` them."""
        return (await self._ask(scope, [*_signature(by), (statement, parameters)]))[-1]

    async def read(self, scope: Scope, statement: str, parameters: Parameters = None) -> list[Row]:
        """Runs one quick statement that writes nothing, together with what else is read in the company at this moment."""
        return await self._joint_reads.read(scope, (statement, parameters))

    @asynccontextmanager
    async def transaction(
        self, scope: Scope, by: Actor | None = None, closing: Sequence[Question] = ()
    ) -> AsyncIterator[Connection]:
        """A transaction of several statements: committed at the end, rolled back on any error. What they change is recorded
        as done `by` them. What is in `closing` by then travels with the commit, so that locks are held for no round trip more."""
        try:
            link = await self._pool.take()
            try:
                async with _transaction(link, scope, by, closing):
                    yield link.connection
            finally:
                self._pool.give_back(link)
        except errors.Error as error:
            raise translated(error) from error

    async def _ask(self, scope: Scope, questions: Sequence[Question]) -> list[list[Row]]:
        try:
            link = await self._pool.take()
            try:
                return (await link.ask((_SET_SCOPE, scope.settings), *questions))[1:]
            finally:
                self._pool.give_back(link)
        except errors.Error as error:
            raise translated(error) from error


@asynccontextmanager
async def _transaction(link: Link, scope: Scope, by: Actor | None, closing: Sequence[Question]) -> AsyncIterator[None]:
    await link.ask(("BEGIN", None), _PATIENTLY, (_SET_SCOPE, scope.settings), *_signature(by))
    try:
        yield
    except BaseException:
        # Past psycopg, which would throw away all prepared statements at the word.
        await link.ask(("ROLLBACK", None))
        raise
    try:
        await link.ask(*closing, ("COMMIT", None))
    except errors.Error:
        if link.has_failed:
            await link.ask(("ROLLBACK", None))
        raise


def _signature(by: Actor | None) -> list[Question]:
    """Tells the audit trail who acts, from where and why; without it, the user `system` does."""
    if by is None:
        return []
    origin = (by.origin.address, by.origin.request_id) if by.origin else ("", "")
    return [(_SET_ACTOR, (str(by.user_id), by.agent or "", *origin, by.reason or ""))]


def _seconds(timeout: str) -> float:
    """A time as PostgreSQL writes it; 0 is none."""
    number = float(timeout.rstrip("mins"))
    return number * _UNITS[timeout.lstrip("0123456789.")] if number else math.inf
