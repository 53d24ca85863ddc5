"""`OrderRequestReader` on PostgreSQL."""

from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.domain.order_request import RequestKind, RequestState
from core.domain.order_request_access import sees_all_of_sites
from core.ports.order_requests import OrderRequestView, PersonName
from core.ports.transfers import SiteName
from core.queries.order_requests import RequestFilter, RequestSummary
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

_NAMES = """
    JOIN site s ON s.company_id = r.company_id AND s.id = r.site_id
    JOIN app_user u ON u.id = r.requested_by
"""
# Without an actor everything is visible: the unit of work has judged that already.
_VISIBLE = """
    (%(actor)s::uuid IS NULL OR r.requested_by = %(actor)s
        OR (%(all)s AND (%(reach)s::uuid[] IS NULL OR r.site_id = ANY (%(reach)s::uuid[]))))
"""
_LINES = """
    SELECT json_agg(json_build_object('line', l.line, 'product', l.product_id, 'sku', p.sku, 'name', p.name,
               'quantity', trim_scale(l.quantity)::text, 'granted', trim_scale(l.granted)::text,
               'fulfilled', trim_scale(l.fulfilled)::text, 'closed', trim_scale(l.closed)::text,
               'open', CASE WHEN r.state = 'approved' THEN trim_scale(l.granted - l.fulfilled - l.closed)::text ELSE '0' END)
               ORDER BY l.line) AS shown, trim_scale(sum(l.quantity * p.price))::text AS value
    FROM order_request_line l JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
    WHERE l.company_id = r.company_id AND l.request_id = r.id
"""
_POSTINGS = """
    SELECT json_agg(p.id ORDER BY p.recorded_at, p.id) FROM order_request_posting o
    JOIN posting p ON p.company_id = o.company_id AND p.id = o.posting_id
    WHERE o.company_id = r.company_id AND o.request_id = r.id
"""
REQUEST = f"""
    SELECT json_build_object('id', r.id, 'number', r.number, 'kind', r.kind, 'state', r.state,
        'site', json_build_object('id', s.id, 'code', s.code, 'name', s.name),
        'requested_by', json_build_object('id', u.id, 'name', u.name), 'reason', r.reason, 'needed_on', r.needed_on,
        'value', l.value, 'currency', c.currency,
        'decided_by', CASE WHEN d.id IS NOT NULL THEN json_build_object('id', d.id, 'name', d.name) END, 'decided_at', r.decided_at,
        'closing_reason', r.closing_reason,
        'transfer', CASE WHEN t.id IS NOT NULL THEN json_build_object('id', t.id, 'number', t.number, 'state', t.state) END,
        'purchase_order', CASE WHEN o.id IS NOT NULL THEN json_build_object('id', o.id, 'number', o.number, 'state', o.state) END,
        'created_at', r.created_at, 'updated_at', r.updated_at, 'version', r.version,
        'lines', l.shown, 'postings', coalesce(({_POSTINGS}), '[]'::json))::text
    FROM order_request r {_NAMES}
    JOIN company c ON c.id = r.company_id
    LEFT JOIN app_user d ON d.id = r.decided_by
    LEFT JOIN transfer t ON t.company_id = r.company_id AND t.id = r.transfer_id
    LEFT JOIN purchase_order o ON o.company_id = r.company_id AND o.id = r.purchase_order_id
    CROSS JOIN LATERAL ({_LINES}) l
    WHERE r.company_id = %(company)s AND r.id = %(id)s AND {_VISIBLE}
"""
_LIST = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT r.id, r.number, r.kind, r.state, s.id AS site, s.code AS site_code, s.name AS site_name, u.id AS person,
               u.name AS person_name, r.reason, r.needed_on, r.created_at, r.updated_at, r.version
        FROM order_request r {_NAMES}
        WHERE r.company_id = %(company)s AND {_VISIBLE}
          AND (%(kind)s::text IS NULL OR r.kind = %(kind)s)
          AND (%(states)s::text[] = '{{}}' OR r.state = ANY (%(states)s::text[]))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
          AND (NOT %(mine)s OR r.requested_by = %(actor)s)
    )
    SELECT page.*, (SELECT count(*) FROM order_request_line l WHERE l.company_id = %(company)s AND l.request_id = page.id),
           CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT * FROM found WHERE %(before)s::bigint IS NULL OR number < %(before)s ORDER BY number DESC LIMIT %(limit)s) page ON true
    ORDER BY page.number DESC
"""


def request_view(rows: list[Row]) -> OrderRequestView | None:
    """The answer of `REQUEST`."""
    return msgspec.json.decode(rows[0][0], type=OrderRequestView) if rows else None


def _summary(row: Row) -> RequestSummary:
    kind, state = RequestKind(row[2]), RequestState(row[3])
    return RequestSummary(row[0], row[1], kind, state, SiteName(*row[4:7]), PersonName(*row[7:9]), *row[9:15])


def _scope(actor: Actor) -> dict[str, object]:
    return {
        "company": actor.company,
        "actor": actor.user_id,
        "all": sees_all_of_sites(actor),
        "reach": None if actor.read_sites is None else list(actor.read_sites),
    }


class PostgresOrderRequestReader:
    """`OrderRequestReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def request(self, actor: Actor, request_id: UUID) -> OrderRequestView | None:
        parameters = {**_scope(actor), "id": request_id}
        return request_view(await self._database.fetch(Scope(actor.company), REQUEST, parameters))

    async def requests(
        self, actor: Actor, wanted: RequestFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[RequestSummary]:
        before = decode_cursor(cursor, tuple[int])
        rows = await self._database.fetch(
            Scope(actor.company),
            _LIST,
            {
                **_scope(actor),
                "kind": wanted.kind.value if wanted.kind else None,
                "states": [state.value for state in wanted.states],
                "site": wanted.site,
                "site_id": parse_id(wanted.site or ""),
                "mine": wanted.mine,
                "before": before[0] if before else None,
                "limit": limit + 1,
                "total": total,
            },
        )
        found = [_summary(row) for row in rows if row[0] is not None]
        return page_of(found, limit, lambda last: encode_cursor(last.number), rows[0][-1])
