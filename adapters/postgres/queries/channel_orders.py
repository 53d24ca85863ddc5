"""`ChannelOrderReader` on PostgreSQL."""

from datetime import datetime
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.channel_order import OrderState
from core.domain.ids import parse_id
from core.ports.channel_orders import ChannelOrderView
from core.ports.transfers import SiteName
from core.queries.channel_orders import ChannelOrderFilter, ChannelOrderSummary
from core.queries.paging import Page, decode_cursor, encode_cursor, page_of

# Without an actor everything is visible: the unit of work has judged that already.
_VISIBLE = """
    (%(reach)s::uuid[] IS NULL OR o.site_id = ANY (%(reach)s::uuid[]) OR EXISTS (SELECT FROM channel_order_line v
        WHERE v.company_id = o.company_id AND v.order_id = o.id AND v.site_id = ANY (%(reach)s::uuid[])))
"""
_RESERVATIONS = """
    SELECT json_agg(json_build_object('id', r.id, 'product', r.product_id, 'sku', q.sku, 'site', t.code,
               'reserved', trim_scale(r.open)::text, 'short', trim_scale(r.short)::text) ORDER BY q.sku, t.code)
    FROM reservation r JOIN product q ON q.company_id = r.company_id AND q.id = r.product_id
    JOIN site t ON t.company_id = r.company_id AND t.id = r.site_id
    WHERE r.company_id = o.company_id AND r.demand_id = o.id AND r.demand_line = l.line AND (r.open > 0 OR r.short > 0)
"""
_FIGURES = """
    SELECT coalesce(sum(x.quantity) FILTER (WHERE x.kind = 'fulfilment'), 0) AS fulfilled,
           coalesce(sum(x.quantity) FILTER (WHERE x.kind = 'return'), 0) AS returned,
           coalesce(sum(x.posted) FILTER (WHERE x.kind = 'fulfilment'), 0) AS posted,
           coalesce(sum(x.owed) FILTER (WHERE x.kind = 'fulfilment'), 0) AS owed,
           coalesce(sum(x.settled) FILTER (WHERE x.kind = 'fulfilment'), 0) AS settled
    FROM channel_order_fact_line x WHERE x.company_id = o.company_id AND x.order_id = o.id AND x.line = l.external_id
"""
_LINES = f"""
    SELECT json_agg(json_build_object('id', l.external_id, 'sku', l.sku, 'barcode', l.barcode, 'title', l.title, 'item', l.item,
               'product', l.product_id, 'name', p.name, 'quantity', trim_scale(l.quantity)::text,
               'unit_price', trim_scale(l.unit_price)::text, 'site', s.code, 'fulfilled', trim_scale(f.fulfilled)::text,
               'returned', trim_scale(f.returned)::text, 'posted', trim_scale(f.posted)::text, 'owed', trim_scale(f.owed)::text,
               'settled', trim_scale(f.settled)::text, 'problem', l.problem,
               'reservations', coalesce(({_RESERVATIONS}), '[]'::json)) ORDER BY l.line)
    FROM channel_order_line l
    LEFT JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
    LEFT JOIN site s ON s.company_id = l.company_id AND s.id = l.site_id
    CROSS JOIN LATERAL ({_FIGURES}) f
    WHERE l.company_id = o.company_id AND l.order_id = o.id
"""
_FACT_LINES = """
    SELECT json_agg(json_build_object('line', x.line, 'quantity', trim_scale(x.quantity)::text, 'posted', trim_scale(x.posted)::text,
               'owed', trim_scale(x.owed)::text, 'settled', trim_scale(x.settled)::text) ORDER BY x.line)
    FROM channel_order_fact_line x
    WHERE x.company_id = f.company_id AND x.order_id = f.order_id AND x.kind = f.kind AND x.fact = f.external_id
"""
_FACT_POSTINGS = """
    SELECT json_agg(x.posting_id ORDER BY x.number) FROM channel_order_posting x
    WHERE x.company_id = f.company_id AND x.order_id = f.order_id AND x.kind = f.kind AND x.fact = f.external_id
"""


def _facts(kind: str) -> str:
    return f"""
        SELECT json_agg(json_build_object('id', f.external_id, 'at', f.at, 'site', s.code, 'location', f.location, 'problem', f.problem,
                   'lines', coalesce(({_FACT_LINES}), '[]'::json), 'postings', coalesce(({_FACT_POSTINGS}), '[]'::json))
                   ORDER BY f.at, f.external_id)
        FROM channel_order_fact f LEFT JOIN site s ON s.company_id = f.company_id AND s.id = f.site_id
        WHERE f.company_id = o.company_id AND f.order_id = o.id AND f.kind = '{kind}'
    """


_STEPS = """
    SELECT json_agg(json_build_object('at', h.at, 'what', h.what, 'state', h.state, 'by', h.actor_id, 'reason', h.reason)
                    ORDER BY h.number)
    FROM channel_order_step h WHERE h.company_id = o.company_id AND h.order_id = o.id
"""
ORDER = f"""
    SELECT json_build_object('id', o.id, 'channel', o.channel, 'external_id', o.external_id, 'number', o.number, 'state', o.state,
        'site', CASE WHEN s.id IS NOT NULL THEN json_build_object('id', s.id, 'code', s.code, 'name', s.name) END,
        'location', o.location, 'buyer', o.buyer, 'currency', o.currency, 'placed_at', o.placed_at, 'changed_at', o.changed_at,
        'cancelled_at', o.cancelled_at, 'imported_at', o.imported_at, 'updated_at', o.updated_at, 'problem', o.problem,
        'problem_code', o.problem_code,
        'version', o.version, 'lines', coalesce(({_LINES}), '[]'::json),
        'fulfilments', coalesce(({_facts("fulfilment")}), '[]'::json), 'returns', coalesce(({_facts("return")}), '[]'::json),
        'history', coalesce(({_STEPS}), '[]'::json))::text
    FROM channel_order o LEFT JOIN site s ON s.company_id = o.company_id AND s.id = o.site_id
    WHERE o.company_id = %(company)s AND o.id = %(id)s AND {_VISIBLE}
"""
_LIST = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT o.id, o.channel, o.external_id, o.number, o.state, s.id AS site, s.code AS site_code, s.name AS site_name, o.buyer,
               o.currency, o.placed_at, o.changed_at, o.cancelled_at, o.problem, o.problem_code, o.version
        FROM channel_order o LEFT JOIN site s ON s.company_id = o.company_id AND s.id = o.site_id
        WHERE o.company_id = %(company)s AND {_VISIBLE}
          AND (%(channel)s::text IS NULL OR o.channel = %(channel)s)
          AND (%(states)s::text[] = '{{}}' OR o.state = ANY (%(states)s::text[]))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
          AND (%(since)s::timestamptz IS NULL OR o.placed_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR o.placed_at < %(until)s)
          AND (%(text)s::text IS NULL OR strpos(lower(o.number), lower(%(text)s)) > 0 OR o.external_id = %(text)s
               OR strpos(lower(o.buyer), lower(%(text)s)) > 0
               OR EXISTS (SELECT FROM channel_order_line l WHERE l.company_id = o.company_id AND l.order_id = o.id
                          AND lower(l.sku) = lower(%(text)s)))
    )
    SELECT page.*, (SELECT count(*) FROM channel_order_line l WHERE l.company_id = %(company)s AND l.order_id = page.id),
           CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT * FROM found WHERE %(before_at)s::timestamptz IS NULL OR (placed_at, id) < (%(before_at)s, %(before_id)s::uuid)
        ORDER BY placed_at DESC, id DESC LIMIT %(limit)s) page ON true
    ORDER BY page.placed_at DESC, page.id DESC
"""


def order_view(rows: list[Row]) -> ChannelOrderView | None:
    """The answer of `ORDER`."""
    return msgspec.json.decode(rows[0][0], type=ChannelOrderView) if rows else None


def _summary(row: Row) -> ChannelOrderSummary:
    site = SiteName(*row[5:8]) if row[5] else None
    channel, external_id, number = row[1:4]
    return ChannelOrderSummary(row[0], channel, external_id, number, OrderState(row[4]), site, *row[8:17])


def _reach(actor: Actor) -> list[UUID] | None:
    return None if actor.read_sites is None else list(actor.read_sites)


class PostgresChannelOrderReader:
    """`ChannelOrderReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def order(self, actor: Actor, order_id: UUID) -> ChannelOrderView | None:
        parameters = {"company": actor.company, "id": order_id, "reach": _reach(actor)}
        return order_view(await self._database.fetch(Scope(actor.company), ORDER, parameters))

    async def orders(
        self, actor: Actor, wanted: ChannelOrderFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[ChannelOrderSummary]:
        before = decode_cursor(cursor, tuple[datetime, UUID])
        rows = await self._database.fetch(
            Scope(actor.company),
            _LIST,
            {
                "company": actor.company,
                "reach": _reach(actor),
                "channel": wanted.channel,
                "states": [state.value for state in wanted.states],
                "site": wanted.site,
                "site_id": parse_id(wanted.site or ""),
                "since": wanted.since,
                "until": wanted.until,
                "text": wanted.text,
                "before_at": before[0] if before else None,
                "before_id": before[1] if before else None,
                "limit": limit + 1,
                "total": total,
            },
        )
        found = [_summary(row) for row in rows if row[0] is not None]
        return page_of(found, limit, lambda last: encode_cursor(last.placed_at, last.id), rows[0][-1])
