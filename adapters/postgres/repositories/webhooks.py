"""`WebhookRepository` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Connection, Row
from core.domain.errors import NotFound
from core.domain.webhook import StopReason, Webhook
from core.ports.outbox import DeliveryState
from core.ports.webhooks import Ended, SealedSecret

COLUMNS = "id, url, description, event_types, acts_for, disabled_reason, version, owner_id"
LIVE_SECRETS = """
    FROM webhook_secret s WHERE s.company_id = %(company)s AND s.webhook_id = %(webhook)s
      AND (s.ends_at IS NULL OR s.ends_at > %(now)s) ORDER BY s.ends_at IS NOT NULL
"""

_FIND = f"""
    SELECT {COLUMNS} FROM webhook WHERE company_id = %(company)s AND id = %(webhook)s AND owner_id IS NULL FOR NO KEY UPDATE
"""
_OWN = f"SELECT {COLUMNS} FROM webhook WHERE company_id = %(company)s AND owner_id = %(owner)s FOR NO KEY UPDATE"
_CLOSE = "SELECT pg_advisory_xact_lock(hashtextextended('webhook:' || %(company)s, 0))"
_COUNT = "SELECT count(*) FROM webhook WHERE company_id = %(company)s AND owner_id IS NULL"
_ADD = """
    INSERT INTO webhook (company_id, id, url, description, event_types, disabled_reason, created_by, acts_for, created_at, owner_id)
    VALUES (%(company)s, %(webhook)s, %(url)s, %(description)s, %(types)s, %(stopped)s, %(acts_for)s, %(acts_for)s, %(now)s, %(owner)s)
"""
_CHANGE = """
    UPDATE webhook SET url = %(url)s, description = %(description)s, event_types = %(types)s, disabled_reason = %(stopped)s,
        acts_for = %(acts_for)s, version = version + 1, failures = 0, next_at = '-infinity', lease_token = NULL
    WHERE company_id = %(company)s AND id = %(webhook)s RETURNING version
"""
_STOP = """
    UPDATE webhook SET disabled_reason = %(reason)s, version = version + 1
    WHERE company_id = %(company)s AND id = %(webhook)s AND enabled
      AND NOT (SELECT suspended FROM company WHERE id = %(company)s) RETURNING 1
"""
_REMOVE = "DELETE FROM webhook WHERE company_id = %(company)s AND id = %(webhook)s"
_SECRETS = f"SELECT s.id, s.sealed {LIVE_SECRETS}"
_FORGET_SECRETS = (
    "DELETE FROM webhook_secret WHERE company_id = %(company)s AND webhook_id = %(webhook)s AND ends_at IS NOT NULL"
)
_RETIRE = """
    UPDATE webhook_secret SET ends_at = %(ends_at)s WHERE company_id = %(company)s AND webhook_id = %(webhook)s AND ends_at IS NULL
"""
_KEEP = """
    INSERT INTO webhook_secret (company_id, webhook_id, id, sealed, created_at)
    VALUES (%(company)s, %(webhook)s, %(id)s, %(sealed)s, %(now)s)
"""
_END_OF_FEED = "SELECT last FROM event_position WHERE company_id = %(company)s"
_DELIVERY = """
    SELECT state, state = 'leased' AND next_at > statement_timestamp() FROM delivery
    WHERE company_id = %(company)s AND webhook_id = %(webhook)s AND event_id = %(event)s FOR NO KEY UPDATE
"""
_AGAIN = """
    UPDATE delivery SET state = 'new', attempts = 0, next_at = clock_timestamp(), lease_token = NULL
    WHERE company_id = %(company)s AND webhook_id = %(webhook)s AND event_id = %(event)s
"""
_TELL_AGAIN = """
    UPDATE notification_delivery n SET state = 'posted'
    FROM webhook h WHERE h.company_id = %(company)s AND h.id = %(webhook)s AND n.company_id = %(company)s AND n.user_id = h.owner_id
      AND n.event_id = %(event)s AND n.channel = 'webhook'
"""
_WAKE = """
    UPDATE webhook SET next_at = '-infinity' WHERE company_id = %(company)s AND id = %(webhook)s AND lease_token IS NULL
"""
_REST = """
    UPDATE webhook SET failures = %(failures)s, next_at = clock_timestamp() + %(rest)s, lease_token = NULL
    WHERE company_id = %(company)s AND id = %(webhook)s AND lease_token = %(token)s
"""
# Whoever deletes the webhook waits for this, or this finds nothing more.
_END = """
    WITH ended AS (
        UPDATE delivery d SET state = o.state, next_at = clock_timestamp() + o.after, lease_token = NULL,
               last_error = CASE WHEN o.counted THEN o.error ELSE coalesce(o.error, d.last_error) END,
               attempts = d.attempts - CASE WHEN o.counted THEN 0 ELSE 1 END
        FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(errors)s::text[], %(afters)s::interval[], %(counted)s::boolean[])
             AS o(event_id, state, error, after, counted)
        WHERE d.company_id = %(company)s AND d.webhook_id = %(webhook)s AND d.event_id = o.event_id AND d.lease_token = %(token)s
        RETURNING d.event_id, d.state, d.attempts, d.last_error
    ),
    told AS (
        UPDATE notification_delivery n SET attempts = e.attempts, outcome = e.last_error,
               state = CASE e.state WHEN 'done' THEN 'sent' WHEN 'dead' THEN 'failed' ELSE 'posted' END
        FROM ended e JOIN webhook h ON h.company_id = %(company)s AND h.id = %(webhook)s
        WHERE n.company_id = %(company)s AND n.user_id = h.owner_id AND n.event_id = e.event_id AND n.channel = 'webhook'
    ),
    written AS (
        INSERT INTO webhook_attempt (company_id, webhook_id, event_id, at, status, duration_ms, error)
        SELECT %(company)s, %(webhook)s, ended.event_id, t.at, t.status, t.duration_ms, t.error
        FROM ended JOIN unnest(%(tried)s::uuid[], %(times)s::timestamptz[], %(statuses)s::integer[], %(durations)s::integer[],
                               %(failures_of)s::text[]) AS t(event_id, at, status, duration_ms, error) ON t.event_id = ended.event_id
    )
    SELECT ended.event_id, e.type FROM ended JOIN outbox_event e ON e.company_id = %(company)s AND e.id = ended.event_id
"""


class PostgresWebhooks:
    """`WebhookRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def find(self, webhook_id: UUID) -> Webhook | None:
        rows = await self._rows(_FIND, webhook=webhook_id)
        return webhook_of(rows[0]) if rows else None

    async def own(self, user_id: UUID) -> Webhook | None:
        rows = await self._rows(_OWN, owner=user_id)
        return webhook_of(rows[0]) if rows else None

    async def count(self) -> int:
        await self._rows(_CLOSE)
        return int((await self._rows(_COUNT))[0][0])

    async def add(self, webhook: Webhook, now: datetime) -> None:
        await self._execute(_ADD, **_columns(webhook), now=now)

    async def change(self, webhook: Webhook) -> int:
        rows = await self._rows(_CHANGE, **_columns(webhook))
        if not rows:
            raise NotFound("webhook_not_found", "no webhook has this id")
        return int(rows[0][0])

    async def stop(self, webhook_id: UUID, reason: StopReason) -> bool:
        return bool(await self._rows(_STOP, webhook=webhook_id, reason=reason.value))

    async def remove(self, webhook_id: UUID) -> None:
        await self._execute(_REMOVE, webhook=webhook_id)

    async def secrets(self, webhook_id: UUID, now: datetime) -> Sequence[SealedSecret]:
        return [SealedSecret(*row) for row in await self._rows(_SECRETS, webhook=webhook_id, now=now)]

    async def add_secret(self, webhook_id: UUID, secret: SealedSecret, now: datetime, others_end_at: datetime) -> None:
        await self._execute(_FORGET_SECRETS, webhook=webhook_id)
        await self._execute(_RETIRE, webhook=webhook_id, ends_at=others_end_at)
        await self._execute(_KEEP, webhook=webhook_id, id=secret.id, sealed=secret.sealed, now=now)

    async def end_of_feed(self) -> int:
        rows = await self._rows(_END_OF_FEED)
        return int(rows[0][0]) if rows else 0

    async def redeliver(self, webhook_id: UUID, event_id: UUID) -> DeliveryState | None:
        rows = await self._rows(_DELIVERY, webhook=webhook_id, event=event_id)
        if not rows:
            return None
        state, is_on_its_way = rows[0]
        if not is_on_its_way:
            await self._execute(_AGAIN, webhook=webhook_id, event=event_id)
            await self._execute(_TELL_AGAIN, webhook=webhook_id, event=event_id)
            await self._execute(_WAKE, webhook=webhook_id)
        return DeliveryState.NEW if state == "leased" else DeliveryState(state)

    async def end(self, ended: Ended) -> Mapping[UUID, str]:
        await self._execute(
            _REST, webhook=ended.webhook_id, token=ended.token, failures=ended.failures, rest=ended.rest
        )
        return dict(await self._rows(_END, **_tries(ended)))

    async def _execute(self, statement: str, **named: object) -> None:
        await self._connection.execute(statement.encode(), {"company": self._company_id, **named})

    async def _rows(self, statement: str, **named: object) -> list[Row]:
        cursor = await self._connection.execute(statement.encode(), {"company": self._company_id, **named})
        return await cursor.fetchall()


def webhook_of(row: Row) -> Webhook:
    """The webhook in a row of `COLUMNS`."""
    webhook_id, url, description, types, acts_for, reason, version, owner = row
    wanted = None if types is None else frozenset(types)
    stopped = StopReason(reason) if reason else None
    return Webhook(webhook_id, url, description, wanted, acts_for, stopped, version, owner)


def _columns(webhook: Webhook) -> dict[str, object]:
    return {
        "webhook": webhook.id,
        "url": webhook.url,
        "description": webhook.description,
        "types": None if webhook.event_types is None else sorted(webhook.event_types),
        "stopped": webhook.stopped.value if webhook.stopped else None,
        "acts_for": webhook.acts_for,
        "owner": webhook.owner,
    }


def _tries(ended: Ended) -> dict[str, object]:
    outcomes = [one.outcome for one in ended.tries]
    answered = [(one.outcome.event_id, one.at, one.answer) for one in ended.tries if one.answer is not None]
    return {
        "webhook": ended.webhook_id,
        "token": ended.token,
        "ids": [outcome.event_id for outcome in outcomes],
        "states": [outcome.state.value for outcome in outcomes],
        "errors": [outcome.error for outcome in outcomes],
        "afters": [outcome.after for outcome in outcomes],
        "counted": [outcome.counted for outcome in outcomes],
        "tried": [event_id for event_id, _, _ in answered],
        "times": [at for _, at, _ in answered],
        "statuses": [answer.status for _, _, answer in answered],
        "durations": [round(answer.duration.total_seconds() * 1000) for _, _, answer in answered],
        "failures_of": [answer.error for _, _, answer in answered],
    }
