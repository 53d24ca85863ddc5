"""`TextConsents` on PostgreSQL, one statement for each question."""

from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from adapters.postgres.repositories.inbox import CONSENT

_WANTED = "SELECT wanted FROM text_consent WHERE company_id = %(company)s AND number = %(number)s"


class PostgresTextConsents:
    """`TextConsents` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def wanted(self, company_id: UUID, number: str) -> bool:
        rows = await self._database.fetch(Scope(company_id), _WANTED, {"company": company_id, "number": number})
        return bool(rows[0][0]) if rows else True

    async def note(self, company_id: UUID, number: str, *, wanted: bool, at: datetime) -> None:
        names = {"company": company_id, "number": number, "wanted": wanted, "at": at}
        await self._database.fetch(Scope(company_id), CONSENT, names)
