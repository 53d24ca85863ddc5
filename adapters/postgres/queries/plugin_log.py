"""`PluginLog` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.queries.events import Subject
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.plugins import DeliveryState, PluginDelivery

_DELIVERIES = """
    SELECT d.position, d.subscriber, d.event_id, e.type, e.occurred_at, e.subject_type, e.subject_id, d.state, d.attempts, d.next_at, d.last_error
    FROM delivery d JOIN outbox_event e ON e.company_id = d.company_id AND e.id = d.event_id
    WHERE d.company_id = %(company)s AND d.webhook_id IS NULL AND d.subscriber NOT LIKE 'core:%%'
      AND split_part(d.subscriber, ':', 1) = %(plugin)s AND d.state = ANY (%(states)s::text[])
      AND (%(position)s::bigint IS NULL OR (d.position, d.subscriber) < (%(position)s, %(subscriber)s))
    ORDER BY d.position DESC, d.subscriber DESC LIMIT %(limit)s
"""
_STATES: Mapping[DeliveryState, Sequence[str]] = {
    DeliveryState.WAITING: ("new", "leased"),
    DeliveryState.DONE: ("done",),
    DeliveryState.DEAD: ("dead",),
}
_SHOWN = {stored: state for state, all_stored in _STATES.items() for stored in all_stored}
# Whatever belongs to a plugin in a company says so, in columns of these names.
_TABLES = """
    SELECT a.attrelid::regclass::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_attribute b ON b.attrelid = a.attrelid AND b.attname = 'company_id'
    WHERE a.attname = 'plugin_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> ALL (%(hidden)s::text[])
    ORDER BY 1
"""
HIDDEN = ("plugin_secret", "plugin_hook", "plugin_installation", "inbox_message")
"""What is left out: what is sealed, what is shown elsewhere, and what other parties wrote word for word."""
_ROWS = "SELECT to_jsonb(t) - 'company_id' - 'plugin_id' FROM {} t WHERE t.company_id = %(company)s AND t.plugin_id = %(plugin)s"


class PostgresPluginLog:
    """Over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def deliveries(
        self, actor: Actor, plugin_id: str, state: DeliveryState | None, limit: int, cursor: str | None
    ) -> Page[PluginDelivery]:
        after = decode_cursor(cursor, tuple[int, str]) or (None, None)
        names = {
            "company": actor.company,
            "plugin": plugin_id,
            "states": list(_SHOWN if state is None else _STATES[state]),
            "position": after[0],
            "subscriber": after[1],
            "limit": limit + 1,
        }
        rows = await self._database.fetch(Scope(actor.company), _DELIVERIES, names)
        page = page_of(rows, limit, lambda last: encode_cursor(last[0], last[1]))
        return Page([_delivery(row) for row in page.items], page.next_cursor)

    async def data(self, company_id: UUID, plugin_id: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        scope, names = Scope(company_id), {"company": company_id, "plugin": plugin_id}
        tables = [row[0] for row in await self._database.fetch(scope, _TABLES, {"hidden": list(HIDDEN)})]
        found = {table: await self._database.fetch(scope, _ROWS.format(table), names) for table in tables}
        return {table: [row[0] for row in rows] for table, rows in found.items() if rows}


def _delivery(row: Row) -> PluginDelivery:
    _, subscriber, event_id, event_type, occurred_at, subject_type, subject_id, state, attempts, at, error = row
    return PluginDelivery(
        event_id,
        subscriber.partition(":")[2],
        event_type,
        occurred_at,
        Subject(subject_type, subject_id),
        _SHOWN[state],
        attempts,
        at,
        error,
    )
