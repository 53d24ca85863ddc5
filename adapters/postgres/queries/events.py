"""`EventReader` on PostgreSQL."""

from collections.abc import Sequence

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.events import Event
from core.queries.events import PEOPLE, EventView, view_of
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

# An event may name a site anywhere in its data. A company has few sites, and an id is not found by chance. A transfer concerns whoever
# sees one of its ends, as it does where it is read.
_EVENTS = """
    SELECT e.id, e.position, e.type, e.subject_type, e.subject_id, e.occurred_at, e.data
    FROM outbox_event e
    WHERE e.company_id = %(company)s AND e.position > %(after)s AND (%(types)s::text[] = '{}' OR e.type = ANY (%(types)s::text[]))
      AND (%(people)s OR e.subject_type <> ALL (%(of_people)s::text[]))
      AND (%(reach)s::uuid[] IS NULL OR NOT EXISTS (
          SELECT FROM site s WHERE s.company_id = %(company)s AND s.id <> ALL (%(reach)s::uuid[])
             AND (e.subject_id = s.id OR strpos(e.data::text, s.id::text) > 0))
        OR e.subject_type = 'transfer' AND EXISTS (
          SELECT FROM site s WHERE s.company_id = %(company)s AND s.id = ANY (%(reach)s::uuid[]) AND strpos(e.data::text, s.id::text) > 0))
    ORDER BY e.position LIMIT %(limit)s
"""
_END = "SELECT coalesce((SELECT last FROM event_position WHERE company_id = %(company)s), 0)"


class PostgresEventReader:
    """`EventReader`, each call one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def events(self, actor: Actor, cursor: str | None, limit: int, types: Sequence[str]) -> Page[EventView]:
        position = decode_cursor(cursor, tuple[int])
        parameters = {
            "company": actor.company,
            "after": position[0] if position else 0,
            "types": list(types),
            "reach": None if actor.read_sites is None else list(actor.read_sites),
            "people": actor.may("user:read"),
            "of_people": list(PEOPLE),
            "limit": limit + 1,
        }
        rows = await self._database.fetch(Scope(actor.company), _EVENTS, parameters)
        return page_of([view_of(Event(*row)) for row in rows], limit, lambda event: event.cursor)

    async def end(self, actor: Actor) -> str:
        rows = await self._database.fetch(Scope(actor.company), _END, {"company": actor.company})
        return encode_cursor(rows[0][0])
