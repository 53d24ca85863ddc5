"""`InboxRepository` and `TextReports` on PostgreSQL."""

from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Connection, Row
from core.ports.incoming import TextConsent, TextReport
from core.ports.outbox import DeliveryState

_SETTLE = """
    WITH ours AS (
        SELECT m.id, m.plugin_id FROM inbox_message m
        WHERE m.company_id = %(company)s AND m.id = %(id)s AND m.lease_token = %(token)s AND m.state = 'leased' FOR UPDATE
    ),
    before AS (
        SELECT FROM inbox_message m JOIN ours ON m.plugin_id = ours.plugin_id
        WHERE m.company_id = %(company)s AND m.event_id = %(event)s AND m.id <> ours.id
    )
    UPDATE inbox_message m SET state = 'done', next_at = clock_timestamp(), lease_token = NULL, last_error = NULL, url = NULL,
           headers = NULL, body = NULL, event_id = CASE WHEN EXISTS (SELECT FROM before) THEN m.event_id ELSE %(event)s END
    FROM ours WHERE m.company_id = %(company)s AND m.id = ours.id
    RETURNING NOT EXISTS (SELECT FROM before)
"""
_PAUSE = """
    UPDATE plugin_installation SET state = 'paused', problem = %(problem)s, version = version + 1
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND state = 'enabled' RETURNING 1
"""
_FIND = """
    SELECT state, body IS NOT NULL, state = 'leased' AND next_at > statement_timestamp() FROM inbox_message
    WHERE company_id = %(company)s AND plugin_id = %(plugin)s AND id = %(id)s FOR NO KEY UPDATE
"""
_AGAIN = """
    UPDATE inbox_message SET state = 'new', attempts = 0, next_at = clock_timestamp(), lease_token = NULL
    WHERE company_id = %(company)s AND id = %(id)s
"""
# Heavier states stay; but one that we gave up without hearing of the carrier was only our guess.
_REPORT = """
    WITH told AS (
        SELECT t.id, t.carrier_id IS NULL AND t.state = 'failed'
               OR array_position(%(ranks)s::text[], t.state) < array_position(%(ranks)s::text[], %(state)s) AS is_new
        FROM text_message t
        WHERE t.company_id = %(company)s AND (t.id = %(key)s OR t.carrier_id = %(carrier)s) FOR UPDATE
    ),
    noted AS (
        UPDATE text_message t SET state = %(state)s, carrier_id = coalesce(t.carrier_id, %(carrier)s), last_error = %(detail)s,
               lease_token = NULL, next_at = clock_timestamp()
        FROM told WHERE t.company_id = %(company)s AND t.id = told.id AND told.is_new RETURNING t.id, t.attempts
    ),
    shown AS (
        UPDATE notification_delivery d SET state = %(state)s, outcome = %(detail)s, attempts = greatest(d.attempts, n.attempts)
        FROM noted n WHERE d.company_id = %(company)s AND d.text_id = n.id AND d.state IN ('posted', 'sent', 'delivered', 'failed')
    )
    SELECT 1 FROM told
"""
CONSENT = """
    INSERT INTO text_consent (company_id, number, wanted, at) VALUES (%(company)s, %(number)s, %(wanted)s, %(at)s)
    ON CONFLICT (company_id, number) DO UPDATE SET wanted = excluded.wanted, at = excluded.at WHERE text_consent.at <= excluded.at
"""
_RANKS = ["waiting", "sent", "delivered", "failed"]


class _Inside:
    """Statements in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def _rows(self, statement: str, **named: object) -> list[Row]:
        cursor = await self._connection.execute(statement.encode(), {"company": self._company_id, **named})
        return await cursor.fetchall() if cursor.description else []


class PostgresInboxRepository(_Inside):
    """`InboxRepository`."""

    async def settle(self, webhook_id: UUID, token: UUID, event_id: str) -> bool:
        rows = await self._rows(_SETTLE, id=webhook_id, token=token, event=event_id)
        return bool(rows and rows[0][0])

    async def pause_plugin(self, plugin_id: str, problem: str) -> bool:
        return bool(await self._rows(_PAUSE, plugin=plugin_id, problem=problem))

    async def retry(self, plugin_id: str, webhook_id: UUID) -> DeliveryState | None:
        rows = await self._rows(_FIND, plugin=plugin_id, id=webhook_id)
        if not rows:
            return None
        state, is_kept, is_being_read = rows[0]
        if is_kept and not is_being_read:
            await self._rows(_AGAIN, id=webhook_id)
        return DeliveryState.NEW if state == "leased" else DeliveryState(state)

    async def is_kept(self, webhook_id: UUID) -> bool:
        statement = "SELECT body IS NOT NULL FROM inbox_message WHERE company_id = %(company)s AND id = %(id)s"
        rows = await self._rows(statement, id=webhook_id)
        return bool(rows and rows[0][0])


class PostgresTextReports(_Inside):
    """`TextReports`."""

    async def record(self, report: TextReport) -> bool:
        found = await self._rows(
            _REPORT,
            key=_id_in(report.key),
            carrier=report.carrier_id,
            state=report.state.value,
            detail=report.detail[:500] or None,
            ranks=_RANKS,
        )
        return bool(found)

    async def consent(self, consent: TextConsent, at: datetime) -> None:
        await self._rows(CONSENT, number=consent.number, wanted=consent.wanted, at=at)


def _id_in(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None
