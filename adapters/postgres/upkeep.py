"""Scheduled work on the database itself."""

from datetime import date, timedelta
from uuid import UUID

from adapters.postgres.engine import Database, Scope

_FORGET_KEYS = """
    DELETE FROM idempotency_key k USING (
        SELECT company_id, principal_id, key FROM idempotency_key WHERE created_at < statement_timestamp() - %(age)s LIMIT %(limit)s) old
    WHERE k.company_id = old.company_id AND k.principal_id = old.principal_id AND k.key = old.key
    RETURNING 1
"""
_FORGET_DELIVERIES = """
    DELETE FROM delivery d USING (
        SELECT company_id, event_id, subscriber FROM delivery
        WHERE state = 'done' AND next_at < statement_timestamp() - %(age)s LIMIT %(limit)s) old
    WHERE d.company_id = old.company_id AND d.event_id = old.event_id AND d.subscriber = old.subscriber
    RETURNING 1
"""
_FORGET_NOTIFICATIONS = """
    DELETE FROM notification n USING (
        SELECT company_id, id FROM notification WHERE created_at < statement_timestamp() - %(age)s LIMIT %(limit)s) old
    WHERE n.company_id = old.company_id AND n.id = old.id
    RETURNING 1
"""
_FORGET_RUNS = "DELETE FROM schedule_run WHERE slot < statement_timestamp() - %(age)s"
_FORGET_MAIL = "DELETE FROM mail WHERE state = 'dead' AND next_at < statement_timestamp() - %(age)s"
_FORGET_REPORTS = "DELETE FROM mail_report WHERE at < statement_timestamp() - %(age)s"
_FORGET_SESSIONS = "DELETE FROM session WHERE least(expires_at, ended_at) < statement_timestamp() - %(age)s"
_FORGET_CALLS = "DELETE FROM webhook_attempt WHERE at < statement_timestamp() - %(age)s"
_FORGET_TEXTS = "DELETE FROM text_message WHERE state <> 'waiting' AND next_at < statement_timestamp() - %(age)s"
_FORGET_WEBHOOKS = """
    DELETE FROM inbox_message m USING (
        SELECT company_id, id FROM inbox_message
        WHERE (state IN ('done', 'dead') AND next_at < statement_timestamp() - %(age)s)
           OR (state IN ('new', 'leased') AND received_at < statement_timestamp() - %(age)s) LIMIT %(limit)s) old
    WHERE m.company_id = old.company_id AND m.id = old.id
    RETURNING 1
"""
# Counted from each company's latest run, not from today: a clock that runs ahead or behind forgets nothing that is still of use.
_FORGET_FORECAST_RUNS = """
    DELETE FROM forecast_run r WHERE r.state IN ('done', 'failed')
      AND r.as_of < (SELECT max(n.as_of) FROM forecast_run n WHERE n.company_id = r.company_id) - %(days)s
"""
_FORGET_ATTEMPTS = "DELETE FROM attempt WHERE forget_at < statement_timestamp()"
_EXPIRE_HOLDS = "SELECT ledger_expire_holds()"
_CHECKPOINT = "SELECT ledger_checkpoint(%(day)s)"
_LEARN_SIZES = "SELECT ledger_learn_sizes()"


class PostgresUpkeep:
    """What the database does for itself from time to time."""

    def __init__(self, database: Database, dispatch: Database) -> None:
        self._database, self._dispatch = database, dispatch

    async def expire_holds(self, company_id: UUID) -> int:
        """Gives back reservations whose time is over. Returns how many."""
        rows = await self._database.fetch(Scope(company_id), _EXPIRE_HOLDS)
        return int(rows[0][0])

    async def write_checkpoints(self, company_id: UUID, through: date) -> None:
        """Writes the closing balances of all days up to this one (UTC) that have none."""
        await self._database.fetch(Scope(company_id), _CHECKPOINT, {"day": through})

    async def learn_sizes(self) -> None:
        """Looks at the tables that are twice as large as they were at the last look."""
        await self._database.fetch(Scope(), _LEARN_SIZES)

    async def forget_keys(self, older_than: timedelta, limit: int) -> int:
        """Deletes up to `limit` idempotency keys of that age. Returns how many."""
        return len(await self._dispatch.fetch(Scope(), _FORGET_KEYS, {"age": older_than, "limit": limit}))

    async def forget_deliveries(self, older_than: timedelta, limit: int) -> int:
        """Deletes up to `limit` deliveries that were done that long ago; their events stay. Returns how many."""
        return len(await self._dispatch.fetch(Scope(), _FORGET_DELIVERIES, {"age": older_than, "limit": limit}))

    async def forget_notifications(self, older_than: timedelta, limit: int) -> int:
        """Deletes up to `limit` notifications of that age, with what they told and how it was delivered. Returns how many."""
        return len(await self._dispatch.fetch(Scope(), _FORGET_NOTIFICATIONS, {"age": older_than, "limit": limit}))

    async def forget_runs(self, older_than: timedelta) -> None:
        """Deletes the slots of that age."""
        await self._dispatch.fetch(Scope(), _FORGET_RUNS, {"age": older_than})

    async def forget_forecast_runs(self, older_than: timedelta) -> None:
        """Deletes the ended forecast runs that lie that long before the latest one of their company."""
        await self._dispatch.fetch(Scope(), _FORGET_FORECAST_RUNS, {"days": older_than.days})

    async def forget_mail(self, older_than: timedelta) -> None:
        """Deletes the mails that were given up that long ago, and what was reported of mails."""
        await self._dispatch.fetch(Scope(), _FORGET_MAIL, {"age": older_than})
        await self._dispatch.fetch(Scope(), _FORGET_REPORTS, {"age": older_than})

    async def forget_calls(self, older_than: timedelta) -> None:
        """Deletes what came of calls to webhooks that long ago."""
        await self._dispatch.fetch(Scope(), _FORGET_CALLS, {"age": older_than})

    async def forget_texts(self, older_than: timedelta) -> None:
        """Deletes text messages that were sent or given up that long ago."""
        await self._dispatch.fetch(Scope(), _FORGET_TEXTS, {"age": older_than})

    async def forget_webhooks(self, older_than: timedelta, limit: int) -> int:
        """Deletes up to `limit` webhooks of others that were read or given up that long ago, or have waited that long. Returns how many."""
        return len(await self._dispatch.fetch(Scope(), _FORGET_WEBHOOKS, {"age": older_than, "limit": limit}))

    async def forget_sessions(self, older_than: timedelta) -> None:
        """Deletes sessions that ended that long ago, with their refresh tokens, and attempts that count no more."""
        await self._dispatch.fetch(Scope(), _FORGET_SESSIONS, {"age": older_than})
        await self._dispatch.fetch(Scope(), _FORGET_ATTEMPTS)
