"""`SignInRecord` on PostgreSQL."""

import asyncio
import logging
from collections.abc import Coroutine
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor, Origin
from core.ports.audit import AuditAction

MOST_AT_ONCE = 500
"""Records under way. A flood beyond that is not recorded, rather than held in memory; the log says so."""

_logger = logging.getLogger(__name__)

_NOTE = "SELECT audit_note(%s, 'app_user', %s)"
_ACTED = "SELECT audit_note('acted', 'request', %s)"
# The company asked for; else, as in signing in, the first that was joined among those that are open.
_CONCERNED = """
    SELECT m.company_id FROM membership m JOIN company c ON c.id = m.company_id
    WHERE m.user_id = %(user)s
    ORDER BY (%(company)s::text IN (c.id::text, c.code)) DESC NULLS LAST, m.active DESC, c.suspended, m.created_at, c.id LIMIT 1
"""
_COMPANIES = "SELECT m.company_id FROM membership m WHERE m.user_id = %s ORDER BY m.company_id"


class PostgresSignInRecord:
    """Each record but that of the platform's owner is a task of its own. What fails in one is logged, and lost."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tasks: set[asyncio.Task[None]] = set()

    def note(self, actor: Actor, action: AuditAction) -> None:
        self._start(self._note(actor, action))

    async def entered(self, actor: Actor) -> None:
        await self._note(actor, AuditAction.ENTERED)

    async def acted(self, actor: Actor, request: str) -> None:
        await self._database.fetch(Scope(actor.company), _ACTED, (request,), by=actor)

    def failed(self, user_id: UUID, company: str | None, origin: Origin) -> None:
        self._start(self._failed(user_id, company, origin))

    def personal(self, user_id: UUID, action: AuditAction, origin: Origin | None) -> None:
        self._start(self._personal(user_id, action, origin))

    async def finish(self) -> None:
        """Waits for what is under way."""
        await asyncio.gather(*self._tasks)

    async def _note(self, actor: Actor, action: AuditAction) -> None:
        parameters = (action.value, str(actor.user_id))
        await self._database.fetch(Scope(actor.company), _NOTE, parameters, by=actor)

    async def _failed(self, user_id: UUID, company: str | None, origin: Origin) -> None:
        names = {"user": user_id, "company": company}
        for (company_id,) in await self._database.fetch(Scope(user_id=user_id), _CONCERNED, names):
            await self._note(Actor(user_id, company_id, frozenset(), origin=origin), AuditAction.SIGN_IN_FAILED)

    async def _personal(self, user_id: UUID, action: AuditAction, origin: Origin | None) -> None:
        for (company_id,) in await self._database.fetch(Scope(user_id=user_id), _COMPANIES, (user_id,)):
            await self._note(Actor(user_id, company_id, frozenset(), origin=origin), action)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        if len(self._tasks) >= MOST_AT_ONCE:
            work.close()
            _logger.error("a sign-in was not recorded: %d records are under way", len(self._tasks))
            return
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _logged(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except Exception:
        _logger.exception("a sign-in was not recorded")
