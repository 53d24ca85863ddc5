"""`ForecastRuns` on PostgreSQL: a row per company and week, taken by one worker at a time."""

from datetime import datetime, timedelta
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.ids import new_id
from core.ports.forecasts import ForecastRun, RunKind

# Weeks begin where the company is. After four of them, or where one was missed, all is learnt anew.
_PLAN = """
    INSERT INTO forecast_run (company_id, as_of, kind)
    SELECT c.id, week.as_of, CASE WHEN f.through = week.as_of - 7 AND f.as_of > week.as_of - 28 THEN 'step' ELSE 'fit' END
    FROM company c CROSS JOIN LATERAL (SELECT date_trunc('week', %(now)s AT TIME ZONE c.time_zone)::date AS as_of) week
    LEFT JOIN demand_fit f ON f.company_id = c.id
    WHERE c.id = %(company)s AND EXISTS (SELECT FROM site_stock k WHERE k.company_id = c.id)
    ON CONFLICT DO NOTHING
"""
_CLAIM = """
    WITH due AS (
        SELECT r.company_id, r.as_of FROM forecast_run r
        WHERE r.state IN ('waiting', 'running') AND r.next_at <= statement_timestamp()
          AND NOT EXISTS (SELECT FROM company c WHERE c.id = r.company_id AND c.suspended)
        ORDER BY r.next_at, r.company_id, r.as_of LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE forecast_run r SET state = 'running', attempts = r.attempts + 1, lease_token = %(token)s,
           next_at = clock_timestamp() + %(lease)s, started_at = clock_timestamp()
    FROM due WHERE r.company_id = due.company_id AND r.as_of = due.as_of
    RETURNING r.company_id, r.as_of, r.kind, r.attempts
"""
_FAILED = """
    UPDATE forecast_run SET state = CASE WHEN %(after)s::interval IS NULL THEN 'failed' ELSE 'waiting' END, last_error = %(error)s,
           lease_token = NULL, next_at = clock_timestamp() + coalesce(%(after)s::interval, interval '0')
    WHERE company_id = %(company)s AND as_of = %(as_of)s AND lease_token = %(token)s
"""


class PostgresForecastRuns:
    """`dispatch` sees the runs of all companies; `database` works inside one."""

    def __init__(self, database: Database, dispatch: Database) -> None:
        self._database, self._dispatch = database, dispatch

    async def plan(self, company_id: UUID, now: datetime) -> None:
        await self._database.fetch(Scope(company_id), _PLAN, {"company": company_id, "now": now})

    async def claim(self, lease: timedelta) -> ForecastRun | None:
        token = new_id()
        rows = await self._dispatch.fetch(Scope(), _CLAIM, {"token": token, "lease": lease})
        return ForecastRun(token, rows[0][0], rows[0][1], RunKind(rows[0][2]), rows[0][3]) if rows else None

    async def failed(self, run: ForecastRun, error: str, after: timedelta | None) -> None:
        names = {"company": run.company_id, "as_of": run.as_of, "token": run.token, "error": error, "after": after}
        await self._dispatch.fetch(Scope(), _FAILED, names)
