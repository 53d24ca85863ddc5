"""`PurchaseOrderReader` on PostgreSQL."""

from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from adapters.postgres.queries.order_sendings import SENDING
from core.domain.access import Actor
from core.domain.ids import parse_id
from core.domain.purchase_order import ON_ORDER, OrderState
from core.ports.purchase_orders import PurchaseOrderView, SupplierName
from core.ports.transfers import SiteName
from core.queries.paging import Page, day_of, decode_cursor, encode_cursor, page_of
from core.queries.purchase_orders import Incoming, OrderFilter, OrderSummary

_NAMES = """
    JOIN supplier v ON v.company_id = o.company_id AND v.id = o.supplier_id
    JOIN site s ON s.company_id = o.company_id AND s.id = o.site_id
"""
_VISIBLE = "(%(reach)s::uuid[] IS NULL OR o.site_id = ANY (%(reach)s::uuid[]))"
_LINES = """
    SELECT json_agg(json_build_object('line', l.line, 'product', l.product_id, 'sku', p.sku, 'name', p.name, 'tracking', p.tracking,
               'item', l.item_id, 'supplier_sku', coalesce(i.supplier_sku, ''), 'quantity', trim_scale(l.quantity)::text,
               'unit_price', CASE WHEN %(costs)s THEN trim_scale(l.unit_price)::text END,
               'expected_on', l.expected_on, 'promised_on', l.promised_on, 'received', trim_scale(l.received)::text,
               'over_received', trim_scale(l.over_received)::text, 'cancelled', trim_scale(l.cancelled)::text,
               'open', trim_scale(l.open)::text) ORDER BY l.line) AS shown,
           trim_scale(sum(l.quantity * l.unit_price))::text AS total,
           trim_scale(sum(round(l.quantity * l.unit_price * o.exchange_rate, 4)))::text AS value
    FROM purchase_order_line l JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
    LEFT JOIN supplier_item i ON i.company_id = l.company_id AND i.id = l.item_id
    WHERE l.company_id = o.company_id AND l.order_id = o.id
"""
_RECEIVED_LINES = """
    SELECT json_agg(json_build_object('line', l.line, 'quantity', trim_scale(l.quantity)::text) ORDER BY l.line)
    FROM purchase_receipt_line l WHERE l.company_id = r.company_id AND l.order_id = r.order_id AND l.receipt = r.number
"""
_RECEIPTS = f"""
    SELECT json_agg(json_build_object('number', r.number, 'document_number', r.document_number, 'posting', r.posting_id,
               'reversal', r.reversal_id, 'received_by', json_build_object('id', u.id, 'name', u.name), 'received_at', r.received_at,
               'lines', ({_RECEIVED_LINES})) ORDER BY r.number)
    FROM purchase_receipt r JOIN app_user u ON u.id = r.received_by
    WHERE r.company_id = o.company_id AND r.order_id = o.id
"""


def _person(column: str) -> str:
    return f"(SELECT json_build_object('id', u.id, 'name', u.name) FROM app_user u WHERE u.id = o.{column})"


ORDER = f"""
    SELECT json_build_object('id', o.id, 'number', o.number, 'state', o.state,
        'supplier', json_build_object('id', v.id, 'code', v.code, 'name', v.name),
        'site', json_build_object('id', s.id, 'code', s.code, 'name', s.name),
        'currency', o.currency, 'exchange_rate', trim_scale(o.exchange_rate)::text,
        'over_receipt_tolerance', trim_scale(o.over_receipt_tolerance)::text,
        'total', CASE WHEN %(costs)s THEN l.total END, 'value', CASE WHEN %(costs)s THEN l.value END, 'note', o.note,
        'created_by', {_person("created_by")}, 'submitted_by', {_person("submitted_by")}, 'submitted_at', o.submitted_at,
        'approved_by', {_person("approved_by")}, 'approved_at', o.approved_at,
        'sent_by', {_person("sent_by")}, 'sent_at', o.sent_at, 'sent_by_channel', o.sent_by_channel,
        'sending', (SELECT {SENDING} FROM purchase_order_sending g JOIN app_user u ON u.id = g.requested_by
                    WHERE g.company_id = o.company_id AND g.order_id = o.id ORDER BY g.number DESC LIMIT 1),
        'acknowledged_at', o.acknowledged_at, 'supplier_reference', o.supplier_reference, 'closing_reason', o.closing_reason,
        'ended_at', o.ended_at,
        'created_at', o.created_at, 'updated_at', o.updated_at, 'version', o.version,
        'lines', l.shown, 'receipts', coalesce(({_RECEIPTS}), '[]'::json))::text
    FROM purchase_order o {_NAMES}
    CROSS JOIN LATERAL ({_LINES}) l
    WHERE o.company_id = %(company)s AND o.id = %(id)s AND {_VISIBLE}
"""
_LIST = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT o.id, o.number, o.state, v.id AS supplier, v.code AS supplier_code, v.name AS supplier_name, s.id AS site,
               s.code AS site_code, s.name AS site_name, o.currency, o.note, o.created_at, o.updated_at, o.version
        FROM purchase_order o {_NAMES}
        WHERE o.company_id = %(company)s AND {_VISIBLE}
          AND (%(states)s::text[] = '{{}}' OR o.state = ANY (%(states)s::text[]))
          AND (%(supplier)s::text IS NULL OR v.id = %(supplier_id)s OR v.code = upper(%(supplier)s))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))
          AND (%(product)s::text IS NULL OR EXISTS (
              SELECT FROM purchase_order_line l JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
              WHERE l.company_id = o.company_id AND l.order_id = o.id AND (p.id = %(product_id)s OR p.sku_key = lower(%(product)s))))
    )
    SELECT page.*, l.lines, CASE WHEN %(costs)s THEN l.total END, l.due_on, CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT * FROM found WHERE %(before)s::bigint IS NULL OR number < %(before)s ORDER BY number DESC LIMIT %(limit)s) page ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS lines, trim_scale(sum(l.quantity * l.unit_price)) AS total,
               min(coalesce(l.promised_on, l.expected_on)) FILTER (WHERE l.open > 0) AS due_on
        FROM purchase_order_line l WHERE l.company_id = %(company)s AND l.order_id = page.id) l ON true
    ORDER BY page.number DESC
"""
_INCOMING = f"""
    SELECT i.product_id, i.sku, i.code, nullif(i.due_on, 'infinity'), trim_scale(i.open), i.order_id, i.number, i.line, i.state, i.due_on::text
    FROM (
        SELECT l.product_id, p.sku, s.code, coalesce(l.promised_on, l.expected_on, 'infinity') AS due_on, l.open, l.order_id, o.number,
               l.line, o.state
        FROM purchase_order_line l
        JOIN purchase_order o ON o.company_id = l.company_id AND o.id = l.order_id AND o.state = ANY (%(states)s::text[])
        JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
        JOIN site s ON s.company_id = o.company_id AND s.id = o.site_id
        WHERE l.company_id = %(company)s AND l.open > 0 AND {_VISIBLE}
          AND (%(product)s::text IS NULL OR p.id = %(product_id)s OR p.sku_key = lower(%(product)s))
          AND (%(site)s::text IS NULL OR s.id = %(site_id)s OR s.code = upper(%(site)s))) i
    WHERE %(after_day)s::text IS NULL OR (i.due_on, i.number, i.line) > (%(after_day)s::date, %(after_number)s::bigint, %(after_line)s::int)
    ORDER BY i.due_on, i.number, i.line LIMIT %(limit)s
"""


def order_view(rows: list[Row]) -> PurchaseOrderView | None:
    """The answer of `ORDER`."""
    return msgspec.json.decode(rows[0][0], type=PurchaseOrderView) if rows else None


def _summary(row: Row) -> OrderSummary:
    supplier, site = SupplierName(*row[3:6]), SiteName(*row[6:9])
    lines, total, due_on = row[14:17]
    fields = [*row[:2], OrderState(row[2]), supplier, site, row[9], total, *row[10:14], lines, due_on]
    return OrderSummary(*fields)


def _incoming(row: Row) -> Incoming:
    fields = [*row[:8], OrderState(row[8])]
    return Incoming(*fields)


class PostgresPurchaseOrderReader:
    """`PurchaseOrderReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def order(self, actor: Actor, order_id: UUID) -> PurchaseOrderView | None:
        return order_view(await self._database.fetch(Scope(actor.company), ORDER, {**_scope(actor), "id": order_id}))

    async def orders(
        self, actor: Actor, wanted: OrderFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[OrderSummary]:
        before = decode_cursor(cursor, tuple[int])
        parameters = {
            **_scope(actor),
            **_references(supplier=wanted.supplier, site=wanted.site, product=wanted.product),
            "states": [state.value for state in wanted.states],
            "before": before[0] if before else None,
            "limit": limit + 1,
            "total": total,
        }
        rows = await self._database.fetch(Scope(actor.company), _LIST, parameters)
        found = [_summary(row) for row in rows if row[0] is not None]
        return page_of(found, limit, lambda last: encode_cursor(last.number), rows[0][-1])

    async def incoming(
        self, actor: Actor, product: str | None, site: str | None, limit: int, cursor: str | None
    ) -> Page[Incoming]:
        after = decode_cursor(cursor, tuple[str, int, int])
        parameters = {
            **_scope(actor),
            **_references(product=product, site=site),
            "states": [state.value for state in ON_ORDER],
            "after_day": day_of(after[0]) if after else None,
            "after_number": after[1] if after else None,
            "after_line": after[2] if after else None,
            "limit": limit + 1,
        }
        rows = await self._database.fetch(Scope(actor.company), _INCOMING, parameters)
        page = page_of(rows, limit, lambda last: encode_cursor(last[9], last[6], last[7]))
        return Page([_incoming(row) for row in page.items], page.next_cursor)


def _scope(actor: Actor) -> dict[str, Any]:
    return {
        "company": actor.company,
        "costs": actor.may("cost:read"),
        "reach": None if actor.read_sites is None else list(actor.read_sites),
    }


def _references(**named: str | None) -> dict[str, Any]:
    """What people named, and the id that it may be."""
    return {**named, **{f"{name}_id": parse_id(text or "") for name, text in named.items()}}
