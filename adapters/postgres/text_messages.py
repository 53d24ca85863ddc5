"""`TextQueue` on PostgreSQL, each call in one round trip."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.ids import new_id
from core.ports.text_messages import TextLease, TextOutcome, WaitingText

_CLAIM = """
    WITH due AS (
        SELECT t.id FROM text_message t
        WHERE t.company_id = %(company)s AND t.state = 'waiting' AND t.next_at <= statement_timestamp()
        ORDER BY t.next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE text_message t SET attempts = t.attempts + 1, lease_token = %(token)s, next_at = clock_timestamp() + %(lease)s
    FROM due, app_user u WHERE t.company_id = %(company)s AND t.id = due.id AND u.id = t.user_id
    RETURNING t.id, u.phone, t.text, t.attempts,
              EXISTS (SELECT FROM text_consent c WHERE c.company_id = %(company)s AND c.number = u.phone AND NOT c.wanted)
"""
_END = """
    WITH ended AS (
        UPDATE text_message t SET state = o.state, next_at = clock_timestamp() + o.after, lease_token = NULL, last_error = o.error,
               carrier_id = o.carrier_id, attempts = t.attempts - CASE WHEN o.counted THEN 0 ELSE 1 END
        FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(errors)s::text[], %(afters)s::interval[], %(carriers)s::text[],
                    %(counted)s::boolean[]) AS o(id, state, error, after, carrier_id, counted)
        WHERE t.company_id = %(company)s AND t.id = o.id AND t.lease_token = %(token)s AND t.state = 'waiting'
        RETURNING t.id, t.state, t.attempts, t.last_error
    )
    UPDATE notification_delivery d SET state = CASE e.state WHEN 'waiting' THEN 'posted' ELSE e.state END, attempts = e.attempts,
           outcome = e.last_error
    FROM ended e WHERE d.company_id = %(company)s AND d.text_id = e.id AND d.state = 'posted'
"""


class PostgresTextQueue:
    """`TextQueue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, company_id: UUID, limit: int, lease: timedelta) -> TextLease:
        token = new_id()
        names = {"company": company_id, "limit": limit, "lease": lease, "token": token}
        rows = await self._database.fetch(Scope(company_id), _CLAIM, names)
        return TextLease(token, [WaitingText(*row) for row in rows])

    async def end(self, company_id: UUID, token: UUID, outcomes: Sequence[TextOutcome]) -> None:
        names = {
            "company": company_id,
            "token": token,
            "ids": [one.id for one in outcomes],
            "states": [one.state.value for one in outcomes],
            "errors": [one.error for one in outcomes],
            "afters": [one.after for one in outcomes],
            "carriers": [one.carrier_id for one in outcomes],
            "counted": [one.counted for one in outcomes],
        }
        await self._database.fetch(Scope(company_id), _END, names)
