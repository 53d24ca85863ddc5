"""`Deliveries` on PostgreSQL: claim, then let go of the database, then finish."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.events import Event
from core.domain.ids import new_id
from core.ports.outbox import Delivery, Lease, Outcome

_CLAIM = "SELECT * FROM claim_deliveries(%(company)s, %(subscriber)s, %(limit)s, %(lease)s, %(token)s)"
# That one is given up is an event of its own, so that people hear of it; but not that nobody could be told of that.
_FINISH = """
    WITH ended AS (
        UPDATE delivery d SET state = o.state, next_at = clock_timestamp() + o.after, last_error = o.error, lease_token = NULL,
               attempts = d.attempts - CASE WHEN o.counted THEN 0 ELSE 1 END
        FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(errors)s::text[], %(afters)s::interval[], %(counted)s::boolean[])
             AS o(event_id, state, error, after, counted)
        WHERE d.company_id = %(company)s AND d.subscriber = %(subscriber)s AND d.event_id = o.event_id
          AND d.lease_token = %(token)s
        RETURNING d.event_id, d.state, d.last_error
    )
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %(company)s, 'delivery_failed', 'company', %(company)s,
           json_build_object('subscriber', %(subscriber)s::text, 'event', x.event_id, 'type', e.type, 'error', x.last_error)
    FROM ended x JOIN outbox_event e ON e.company_id = %(company)s AND e.id = x.event_id
    WHERE x.state = 'dead' AND e.type <> 'delivery_failed'
"""


class PostgresDeliveries:
    """`Deliveries`, each call in one round trip."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, company_id: UUID, subscriber: str, limit: int, lease: timedelta) -> Lease:
        token = new_id()
        parameters = {
            "company": company_id,
            "subscriber": subscriber,
            "limit": limit,
            "lease": lease,
            "token": token,
        }
        rows = await self._database.fetch(Scope(company_id), _CLAIM, parameters)
        return Lease(token, [delivery_of(row) for row in rows])

    async def finish(self, company_id: UUID, subscriber: str, token: UUID, outcomes: Sequence[Outcome]) -> None:
        parameters = {
            "company": company_id,
            "subscriber": subscriber,
            "token": token,
            "ids": [outcome.event_id for outcome in outcomes],
            "states": [outcome.state.value for outcome in outcomes],
            "errors": [outcome.error for outcome in outcomes],
            "afters": [outcome.after for outcome in outcomes],
            "counted": [outcome.counted for outcome in outcomes],
        }
        await self._database.fetch(Scope(company_id), _FINISH, parameters)


def delivery_of(row: Row) -> Delivery:
    """The delivery in a row of `claim_deliveries`."""
    event_id, position, event_type, subject_type, subject_id, occurred_at, data, attempts = row
    return Delivery(Event(event_id, position, event_type, subject_type, subject_id, occurred_at, data), attempts)
