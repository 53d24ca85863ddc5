"""Slots of scheduled jobs as rows, so that any number of schedulers run each slot once."""

from datetime import datetime, timedelta

from adapters.postgres.engine import Database, Scope

_CLAIM = """
    INSERT INTO schedule_run (job, slot) VALUES (%(job)s, %(slot)s)
    ON CONFLICT (job, slot) DO UPDATE SET started_at = clock_timestamp()
        WHERE schedule_run.finished_at IS NULL AND schedule_run.started_at < statement_timestamp() - %(patience)s
    RETURNING 1
"""
_FINISH = "UPDATE schedule_run SET finished_at = clock_timestamp() WHERE job = %(job)s AND slot = %(slot)s"


class PostgresScheduleRuns:
    """Who runs which slot."""

    def __init__(self, dispatch: Database) -> None:
        self._dispatch = dispatch

    async def claim(self, job: str, slot: datetime, patience: timedelta) -> bool:
        """Takes a slot that nobody has taken, or that whoever took it has not finished within `patience`."""
        parameters = {"job": job, "slot": slot, "patience": patience}
        return bool(await self._dispatch.fetch(Scope(), _CLAIM, parameters))

    async def finish(self, job: str, slot: datetime) -> None:
        await self._dispatch.fetch(Scope(), _FINISH, {"job": job, "slot": slot})
