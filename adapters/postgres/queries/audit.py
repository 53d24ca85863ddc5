"""`AuditReader` on PostgreSQL."""

from datetime import datetime
from uuid import UUID

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.ports.audit import AuditAction
from core.queries.audit import PEOPLE, AuditActor, AuditEntry, AuditFilter, AuditOrigin
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

_SHOWN = """
    CASE WHEN %(costs)s OR e.subject_type NOT IN ('product', 'purchase_order_line', 'supplier_price_break') THEN e.{0}
         ELSE e.{0} - ARRAY['cost', 'unit_price'] END
"""
_ENTRIES = f"""
    SELECT e.id, e.at, e.actor_id, u.login, u.name, coalesce(u.is_platform_owner, false), e.origin_address, e.request_id,
           e.action, e.subject_type, e.subject_id, {_SHOWN.format("before")}, {_SHOWN.format("after")},
           e.agent, e.reason
    FROM audit_entry e LEFT JOIN app_user u ON u.id = e.actor_id
    WHERE e.company_id = %(company)s AND (%(people)s OR e.subject_type <> ALL (%(of_people)s::text[]))
"""
# Only the conditions that are asked for stand in the statement, so that each shape of it finds its index.
_CONDITIONS = {
    "reach": "(e.site_ids IS NULL OR e.site_ids && %(reach)s::uuid[])",
    "actor": "e.actor_id = ANY (ARRAY(SELECT a.id FROM app_user a WHERE a.id = %(actor_id)s OR a.login = lower(%(actor)s)))",
    "subject_type": "e.subject_type = %(subject_type)s",
    "subject_id": "e.subject_id = %(subject_id)s",
    "action": "e.action = %(action)s",
    "since": "e.at >= %(since)s",
    "until": "e.at < %(until)s",
    "at": "(e.at, e.id) < (%(at)s, %(id)s)",
}


class PostgresAuditReader:
    """`AuditReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self, actor: Actor, wanted: AuditFilter, limit: int, cursor: str | None) -> Page[AuditEntry]:
        last = decode_cursor(cursor, tuple[datetime, UUID])
        asked = {
            "reach": None if actor.read_sites is None else list(actor.read_sites),
            "actor": wanted.actor,
            "subject_type": wanted.subject_type,
            "subject_id": wanted.subject_id,
            "action": wanted.action.value if wanted.action else None,
            "since": wanted.since,
            "until": wanted.until,
            "at": last[0] if last else None,
        }
        given = {
            "company": actor.company,
            "costs": actor.may("cost:read"),
            "people": actor.may("user:read"),
            "of_people": list(PEOPLE),
            "actor_id": parse_id(wanted.actor or ""),
            "id": last[1] if last else None,
            "limit": limit + 1,
        }
        conditions = "".join(f" AND {_CONDITIONS[name]}" for name, value in asked.items() if value is not None)
        statement = f"{_ENTRIES}{conditions} ORDER BY e.at DESC, e.id DESC LIMIT %(limit)s"
        rows = await self._database.fetch(Scope(actor.company), statement, {**asked, **given})
        return page_of([_entry(row) for row in rows], limit, lambda shown: encode_cursor(shown.at, shown.id))


def _entry(row: Row) -> AuditEntry:
    origin = AuditOrigin(row[6], row[7] or "") if row[6] is not None else None
    return AuditEntry(row[0], row[1], AuditActor(*row[2:6]), origin, AuditAction(row[8]), *row[9:15])
