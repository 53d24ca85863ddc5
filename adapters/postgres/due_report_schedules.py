"""`DueSchedules` on PostgreSQL, as the role that looks over all companies."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Database, Scope

_DUE = "NOT s.paused AND s.next_at <= %(now)s"
_COMPANIES = f"""
    SELECT DISTINCT s.company_id FROM report_schedule s
    WHERE {_DUE} AND NOT EXISTS (SELECT FROM company c WHERE c.id = s.company_id AND c.suspended)
"""
_OF_COMPANY = f"SELECT s.id FROM report_schedule s WHERE s.company_id = %(company)s AND {_DUE} ORDER BY s.next_at, s.id"


class PostgresDueSchedules:
    """`DueSchedules`."""

    def __init__(self, dispatch: Database) -> None:
        self._dispatch = dispatch

    async def companies(self, now: datetime) -> Sequence[UUID]:
        return [row[0] for row in await self._dispatch.fetch(Scope(), _COMPANIES, {"now": now})]

    async def of_company(self, company_id: UUID, now: datetime) -> Sequence[UUID]:
        names = {"company": company_id, "now": now}
        return [row[0] for row in await self._dispatch.fetch(Scope(), _OF_COMPANY, names)]
