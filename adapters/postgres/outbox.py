"""The relay: from committed events to numbered ones with a delivery for each subscriber."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.ports.outbox import Relayed
from core.ports.plugins import Subscription

_RELAY = "SELECT events, told FROM relay_events(%(company)s, %(subscribers)s, %(types)s, %(plugins)s, %(limit)s)"


class PostgresOutbox:
    """`Outbox` in one round trip, as the role that sees the queues of all companies."""

    def __init__(self, dispatch: Database) -> None:
        self._dispatch = dispatch

    async def relay(self, company_id: UUID, subscriptions: Sequence[Subscription], limit: int) -> Relayed:
        parameters = {"company": company_id, "limit": limit, **_columns(subscriptions)}
        rows = await self._dispatch.fetch(Scope(company_id), _RELAY, parameters)
        return Relayed(rows[0][0], frozenset(rows[0][1]))


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
