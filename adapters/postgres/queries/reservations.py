"""`ReservationReader` on PostgreSQL."""

from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Scope
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.ports.reservations import ReservationView
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of
from core.queries.reservations import ReservationFilter

_OVERDUE = "(r.state = 'held' AND r.expires_at <= now())"
_STATE = f"CASE WHEN {_OVERDUE} THEN 'expired' ELSE r.state END"
RESERVATION = f"""
    SELECT r.id, json_build_object('id', r.id, 'product', p.id, 'sku', p.sku, 'site', s.code, 'quantity', trim_scale(r.quantity)::text,
        'open', trim_scale(CASE WHEN {_OVERDUE} THEN 0 ELSE r.open END)::text, 'state', {_STATE}, 'expires_at', r.expires_at,
        'priority', r.priority, 'demand', json_build_object('type', r.demand_type, 'id', r.demand_id, 'line', r.demand_line),
        'note', r.note, 'created_by', r.actor_id, 'created_at', r.created_at, 'version', r.version)::text AS shown
    FROM reservation r
    JOIN product p ON p.company_id = r.company_id AND p.id = r.product_id
    JOIN site s ON s.company_id = r.company_id AND s.id = r.site_id
    WHERE r.company_id = %(company)s
"""
_LIST = f"""
    WITH found AS NOT MATERIALIZED ({RESERVATION}
        AND (%(reach)s::uuid[] IS NULL OR r.site_id = ANY (%(reach)s::uuid[]))
        AND (%(product)s::text IS NULL OR p.id = %(product_id)s OR p.sku_key = lower(%(product)s))
        AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
        AND (%(state)s::text IS NULL OR {_STATE} = %(state)s))
    SELECT page.shown, CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT * FROM found WHERE %(before)s::uuid IS NULL OR id < %(before)s ORDER BY id DESC LIMIT %(limit)s) page ON true
    ORDER BY page.id DESC
"""


def reservation_view(text: str) -> ReservationView:
    """What `RESERVATION` shows of one."""
    return msgspec.json.decode(text, type=ReservationView)


class PostgresReservationReader:
    """`ReservationReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reservations(
        self, actor: Actor, wanted: ReservationFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[ReservationView]:
        before = decode_cursor(cursor, tuple[UUID])
        rows = await self._database.fetch(
            Scope(actor.company),
            _LIST,
            {
                "company": actor.company,
                "reach": None if actor.read_sites is None else list(actor.read_sites),
                "product": wanted.product,
                "product_id": parse_id(wanted.product or ""),
                "site": wanted.site,
                "site_id": parse_id(wanted.site or ""),
                "state": wanted.state.value if wanted.state else None,
                "before": before[0] if before else None,
                "limit": limit + 1,
                "total": total,
            },
        )
        found = [reservation_view(row[0]) for row in rows if row[0] is not None]
        return page_of(found, limit, lambda last: encode_cursor(last.id), rows[0][-1])
