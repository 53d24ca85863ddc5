"""`ReceivedWebhookReader` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.received_webhooks import ReceivedState, ReceivedWebhookView

_LIST = """
    SELECT m.id, m.event_id, m.received_at, m.state, m.size, m.body IS NOT NULL, m.attempts,
           CASE WHEN m.state IN ('new', 'leased') THEN m.next_at END, m.last_error
    FROM inbox_message m
    WHERE m.company_id = %(company)s AND m.plugin_id = %(plugin)s AND m.state = ANY (%(states)s::text[])
      AND (%(before)s::uuid IS NULL OR m.id < %(before)s)
    ORDER BY m.id DESC LIMIT %(limit)s
"""
_STATES: Mapping[ReceivedState, Sequence[str]] = {
    ReceivedState.WAITING: ("new", "leased"),
    ReceivedState.READ: ("done",),
    ReceivedState.DEAD: ("dead",),
}
_SHOWN = {state: shown for shown, states in _STATES.items() for state in states}


class PostgresReceivedWebhookReader:
    """In one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def webhooks(
        self, actor: Actor, plugin_id: str, state: ReceivedState | None, limit: int, cursor: str | None
    ) -> Page[ReceivedWebhookView]:
        actor.require("plugin:read")
        before = decode_cursor(cursor, tuple[UUID])
        named = {
            "company": actor.company,
            "plugin": plugin_id,
            "states": list(_SHOWN if state is None else _STATES[state]),
            "before": before[0] if before else None,
            "limit": limit + 1,
        }
        rows = await self._database.read(Scope(actor.company), _LIST, named)
        views = [
            ReceivedWebhookView(message_id, event_id, at, _SHOWN[stands], *rest)
            for message_id, event_id, at, stands, *rest in rows
        ]
        return page_of(views, limit, lambda last: encode_cursor(last.id))
