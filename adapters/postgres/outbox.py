"""The relay: from committed events to numbered ones with a delivery for each subscriber."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.ports.outbox import Relayed
from core.ports.plugins import Subscription

# The lock comes first and in a statement of its own: the next one then sees all that an earlier holder did.
_MAKE_COUNTER = "INSERT INTO event_position (company_id) VALUES (%(company)s) ON CONFLICT DO NOTHING"
_LOCK_COUNTER = "SELECT FROM event_position WHERE company_id = %(company)s FOR UPDATE"

# New events are found by their state. Ids are taken before the commit, so an event may appear behind one that has its
# number already; it gets the next one all the same.
_RELAY = """
    WITH fresh AS MATERIALIZED (
        SELECT id, row_number() OVER (ORDER BY occurred_at, id) AS number
        FROM (SELECT id, occurred_at FROM outbox_event WHERE company_id = %(company)s AND position IS NULL
              ORDER BY occurred_at, id LIMIT %(limit)s) oldest
    ),
    numbered AS (
        UPDATE outbox_event e SET position = c.last + f.number FROM fresh f, event_position c
        WHERE e.company_id = %(company)s AND e.id = f.id AND c.company_id = %(company)s
        RETURNING e.id, e.type, e.subject_type || ':' || e.subject_id AS aggregate_key, e.position
    ),
    counted AS (
        UPDATE event_position SET last = last + (SELECT count(*) FROM fresh)
        WHERE company_id = %(company)s AND EXISTS (SELECT FROM fresh)
    ),
    wanted AS MATERIALIZED (
        SELECT DISTINCT s.subscriber, s.event_type
        FROM unnest(%(subscribers)s::text[], %(types)s::text[], %(plugins)s::text[]) AS s(subscriber, event_type, plugin)
        WHERE s.plugin IS NULL OR EXISTS (SELECT FROM plugin_installation i
              WHERE i.company_id = %(company)s AND i.plugin_id = s.plugin AND i.state <> 'disabled')
    ),
    told AS (
        INSERT INTO delivery (company_id, event_id, subscriber, aggregate_key, position)
        SELECT %(company)s, n.id, w.subscriber, n.aggregate_key, n.position
        FROM numbered n JOIN wanted w ON w.event_type = n.type
        RETURNING subscriber
    )
    SELECT (SELECT count(*) FROM fresh), ARRAY(SELECT DISTINCT subscriber FROM told)
"""


class PostgresOutbox:
    """`Outbox`, for the role that sees the queues of all companies."""

    def __init__(self, dispatch: Database) -> None:
        self._dispatch = dispatch

    async def relay(self, company_id: UUID, subscriptions: Sequence[Subscription], limit: int) -> Relayed:
        parameters = {"company": company_id, "limit": limit, **_columns(subscriptions)}
        async with self._dispatch.transaction(Scope(company_id)) as connection:
            async with connection.pipeline():
                await connection.execute(_MAKE_COUNTER, parameters)
                await connection.execute(_LOCK_COUNTER, parameters)
                cursor = await connection.execute(_RELAY, parameters)
            row = await cursor.fetchone()
        return Relayed(row[0], frozenset(row[1])) if row else Relayed(0)


def _columns(subscriptions: Sequence[Subscription]) -> dict[str, list[str | None]]:
    """One row for each plugin that a subscription depends on, or one that depends on none."""
    rows = [
        (one.subscriber, one.event_type, plugin)
        for one in subscriptions
        for plugin in (sorted(one.plugins) if one.plugins is not None else [None])
    ]
    return {
        "subscribers": [row[0] for row in rows],
        "types": [row[1] for row in rows],
        "plugins": [row[2] for row in rows],
    }
