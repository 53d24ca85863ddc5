"""`PurchaseOrderRepository` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection, Row
from adapters.postgres.queries.purchase_orders import ORDER, order_view
from adapters.postgres.repositories.suppliers import ITEMS, item_of
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.known_product import KnownProduct
from core.domain.lead_time import LeadTime
from core.domain.product import ProductKind, Tracking
from core.domain.purchase_order import OrderLine, OrderState, PurchaseOrder
from core.domain.purchase_order_draft import Goods
from core.ports.purchase_orders import PurchaseOrderView, PurchasingRules, StoredReceipt

_RULES = """
    SELECT currency, purchase_approval_threshold, over_receipt_tolerance, (%(now)s::timestamptz AT TIME ZONE time_zone)::date
    FROM company WHERE id = %(company)s
"""
# By item its product, by product the terms of the day.
_GOODS = f"""
    WITH asked AS (
        SELECT r.place, p.id AS product_id, p.kind, p.tracking, p.active, r.item AS item_id
        FROM unnest(%(items)s::uuid[], %(ids)s::uuid[], %(skus)s::text[]) WITH ORDINALITY AS r(item, id, sku, place)
        LEFT JOIN supplier_item n ON n.company_id = %(company)s AND n.supplier_id = %(supplier)s AND n.id = r.item
        LEFT JOIN product i ON i.company_id = %(company)s AND i.id = r.id
        LEFT JOIN product c ON c.company_id = %(company)s AND c.sku_key = r.sku
        LEFT JOIN product p ON p.company_id = %(company)s
          AND p.id = CASE WHEN r.item IS NULL THEN coalesce(i.id, c.id) ELSE n.product_id END
    )
    SELECT a.product_id, a.kind, a.tracking, a.active, t.*
    FROM asked a
    LEFT JOIN LATERAL ({ITEMS}
        AND i.product_id = a.product_id AND CASE WHEN a.item_id IS NULL
            THEN daterange(i.valid_from, i.valid_to, '[]') @> %(day)s::date ELSE i.id = a.item_id END) t ON true
    ORDER BY a.place
"""
_NUMBER = """
    INSERT INTO purchase_order_number AS n (company_id, last) VALUES (%s, 1)
    ON CONFLICT (company_id) DO UPDATE SET last = n.last + 1 RETURNING last
"""
_ADD = """
    INSERT INTO purchase_order (company_id, id, number, state, supplier_id, site_id, currency, exchange_rate, over_receipt_tolerance, note,
                                created_by)
    VALUES (%(company)s, %(id)s, %(number)s, %(state)s, %(supplier)s, %(site)s, %(currency)s, %(rate)s, %(tolerance)s, %(note)s, %(creator)s)
"""
_LOCKED = """
    SELECT o.supplier_id, o.site_id, o.currency, o.created_by, o.exchange_rate, o.over_receipt_tolerance, o.note, o.state,
           o.submitted_by, o.approved_by, o.sent_by, o.sent_by_channel,
           (o.sent_at AT TIME ZONE (SELECT c.time_zone FROM company c WHERE c.id = o.company_id))::date,
           o.acknowledged_at IS NOT NULL, o.supplier_reference, o.receipts, o.closing_reason, o.number, o.version
    FROM purchase_order o WHERE o.company_id = %s AND o.id = %s FOR NO KEY UPDATE
"""
_LINES = """
    SELECT line, product_id, quantity, unit_price, item_id, expected_on, promised_on, received, over_received, cancelled, lead_days, on_time
    FROM purchase_order_line WHERE company_id = %s AND order_id = %s ORDER BY line
"""
_SAVE = """
    UPDATE purchase_order SET state = %(state)s, site_id = %(site)s, exchange_rate = %(rate)s, over_receipt_tolerance = %(tolerance)s,
        note = %(note)s, submitted_by = %(submitter)s, approved_by = %(approver)s,
        submitted_at = CASE WHEN %(submitter)s::uuid IS NOT NULL THEN coalesce(submitted_at, %(now)s) END,
        approved_at = CASE WHEN %(state)s = 'approved' THEN coalesce(approved_at, %(now)s) ELSE approved_at END,
        sent_by = %(sender)s, sent_by_channel = %(channel)s,
        sent_at = CASE WHEN %(sender)s::uuid IS NOT NULL THEN coalesce(sent_at, %(now)s) END,
        acknowledged_at = CASE WHEN %(acknowledged)s THEN coalesce(acknowledged_at, %(now)s) END,
        ended_at = CASE WHEN %(state)s IN ('closed', 'cancelled') THEN %(now)s::timestamptz END,
        supplier_reference = %(reference)s, receipts = %(receipts)s, closing_reason = %(reason)s, version = version + 1, updated_at = now()
    WHERE company_id = %(company)s AND id = %(id)s
"""
_ADD_LINES = """
    INSERT INTO purchase_order_line (company_id, order_id, line, product_id, item_id, quantity, unit_price, expected_on)
    SELECT %(company)s, %(id)s, r.number, r.product, r.item, r.quantity, r.unit_price, r.expected_on
    FROM json_to_recordset(%(lines)s::json)
        AS r(number int, product uuid, item uuid, quantity numeric, unit_price numeric, expected_on date)
"""
_SAVE_LINES = """
    UPDATE purchase_order_line l SET promised_on = r.promised_on, received = r.received, over_received = r.over_received,
        cancelled = r.cancelled, lead_days = (r.learnt ->> 'days')::int, on_time = (r.learnt ->> 'on_time')::boolean
    FROM json_to_recordset(%(lines)s::json)
        AS r(number int, promised_on date, received numeric, over_received numeric, cancelled numeric, learnt json)
    WHERE l.company_id = %(company)s AND l.order_id = %(id)s AND l.line = r.number
"""
_FORGET_LINES = "DELETE FROM purchase_order_line WHERE company_id = %s AND order_id = %s"
_FORGET = "DELETE FROM purchase_order WHERE company_id = %s AND id = %s"
_ADD_RECEIPT = """
    INSERT INTO purchase_receipt (company_id, order_id, number, document_number, posting_id, received_by, received_at)
    VALUES (%(company)s, %(id)s, %(number)s, %(document)s, %(posting)s, %(receiver)s, %(now)s)
"""
_ADD_RECEIPT_LINES = """
    INSERT INTO purchase_receipt_line (company_id, order_id, receipt, line, quantity)
    SELECT %(company)s, %(id)s, %(number)s, r.line, r.quantity
    FROM unnest(%(lines)s::int[], %(quantities)s::numeric[]) AS r(line, quantity)
"""
_RECEIPT = """
    SELECT l.line, l.quantity, r.reversal_id IS NOT NULL
    FROM purchase_receipt r JOIN purchase_receipt_line l ON l.company_id = r.company_id AND l.order_id = r.order_id AND l.receipt = r.number
    WHERE r.company_id = %s AND r.order_id = %s AND r.posting_id = %s
"""
_TAKE_BACK = "UPDATE purchase_receipt SET reversal_id = %s WHERE company_id = %s AND order_id = %s AND posting_id = %s"


class PostgresPurchaseOrders:
    """`PurchaseOrderRepository` in the transaction of a unit of work, whose moment is that of all that it stores."""

    def __init__(self, connection: Connection, company_id: UUID, now: datetime) -> None:
        self._connection, self._company_id, self._now = connection, company_id, now

    async def rules(self) -> PurchasingRules:
        named = {"company": self._company_id, "now": self._now}
        row = await (await self._connection.execute(_RULES, named)).fetchone()
        if row is None:
            raise NotFound("company_not_found", "no company has this id")
        return PurchasingRules(*row)

    async def goods(
        self, supplier_id: UUID | None, references: Sequence[tuple[UUID | None, str | None]], day: date
    ) -> Sequence[Goods]:
        products = [product or "" for _, product in references]
        parameters = {
            "company": self._company_id,
            "supplier": supplier_id,
            "day": day,
            "items": [item for item, _ in references],
            "ids": [parse_id(text) for text in products],
            "skus": [text.strip().lower() for text in products],
        }
        cursor = await self._connection.execute(_GOODS.encode(), parameters)
        return [_goods(row) for row in await cursor.fetchall()]

    async def add(self, order: PurchaseOrder) -> int:
        row = await (await self._connection.execute(_NUMBER, (self._company_id,))).fetchone()
        number = int(row[0]) if row else 0
        await self._connection.execute(_ADD, {**self._columns(order), "number": number})
        await self._write_lines(_ADD_LINES, order)
        return number

    async def locked(self, order_id: UUID) -> PurchaseOrder | None:
        row = await (await self._connection.execute(_LOCKED, (self._company_id, order_id))).fetchone()
        if row is None:
            return None
        cursor = await self._connection.execute(_LINES, (self._company_id, order_id))
        return _order(order_id, row, await cursor.fetchall())

    async def replace_lines(self, order: PurchaseOrder) -> None:
        await self._connection.execute(_FORGET_LINES, (self._company_id, order.id))
        await self._write_lines(_ADD_LINES, order)

    async def save(self, order: PurchaseOrder) -> None:
        await self._write_lines(_SAVE_LINES, order)
        await self._connection.execute(_SAVE, self._columns(order))

    async def delete(self, order: PurchaseOrder) -> None:
        await self._connection.execute(_FORGET_LINES, (self._company_id, order.id))
        await self._connection.execute(_FORGET, (self._company_id, order.id))

    async def add_receipt(
        self, order: PurchaseOrder, posting_id: UUID, document: str, receiver: UUID, quantities: Mapping[int, Decimal]
    ) -> None:
        named = {
            "company": self._company_id,
            "id": order.id,
            "number": order.receipts,
            "document": document,
            "posting": posting_id,
            "receiver": receiver,
            "now": self._now,
            "lines": list(quantities),
            "quantities": list(quantities.values()),
        }
        await self._connection.execute(_ADD_RECEIPT, named)
        await self._connection.execute(_ADD_RECEIPT_LINES, named)

    async def receipt(self, order: PurchaseOrder, posting_id: UUID) -> StoredReceipt | None:
        cursor = await self._connection.execute(_RECEIPT, (self._company_id, order.id, posting_id))
        rows = await cursor.fetchall()
        return StoredReceipt({row[0]: row[1] for row in rows}, is_taken_back=rows[0][2]) if rows else None

    async def take_back(self, order: PurchaseOrder, posting_id: UUID, reversal_id: UUID) -> None:
        await self._connection.execute(_TAKE_BACK, (reversal_id, self._company_id, order.id, posting_id))

    async def view(self, order_id: UUID, *, costs: bool) -> PurchaseOrderView:
        parameters = {"company": self._company_id, "id": order_id, "reach": None, "costs": costs}
        cursor = await self._connection.execute(ORDER.encode(), parameters)
        view = order_view(await cursor.fetchall())
        if view is None:
            raise NotFound("purchase_order_not_found", "no purchase order has this id")
        return view

    def _columns(self, order: PurchaseOrder) -> dict[str, object]:
        return {
            "company": self._company_id,
            "id": order.id,
            "state": order.state.value,
            "supplier": order.supplier,
            "site": order.site,
            "currency": order.currency,
            "rate": order.exchange_rate,
            "tolerance": order.tolerance,
            "note": order.note,
            "creator": order.creator,
            "submitter": order.submitter,
            "approver": order.approver,
            "sender": order.sender,
            "channel": order.channel,
            "acknowledged": order.is_acknowledged,
            "reference": order.supplier_reference,
            "receipts": order.receipts,
            "reason": order.closing_reason,
            "now": self._now,
        }

    async def _write_lines(self, statement: str, order: PurchaseOrder) -> None:
        lines = msgspec.json.encode(order.lines).decode()
        parameters = {"company": self._company_id, "id": order.id, "lines": lines}
        await self._connection.execute(statement.encode(), parameters)


def _goods(row: Row) -> Goods:
    product = KnownProduct(row[0], ProductKind(row[1]), Tracking(row[2]), active=row[3]) if row[0] else None
    return Goods(product, item_of(row[4:]) if row[4] else None)


def _order(order_id: UUID, row: Row, lines: Sequence[Row]) -> PurchaseOrder:
    supplier, site, currency, creator, rate, tolerance, note, state, *rest = row
    submitter, approver, sender, channel, sent_on, is_acknowledged, reference, receipts, reason, number, version = rest
    return PurchaseOrder(
        supplier,
        site,
        currency,
        tuple(_line(line) for line in lines),
        creator,
        exchange_rate=rate,
        tolerance=tolerance,
        note=note,
        state=OrderState(state),
        submitter=submitter,
        approver=approver,
        sender=sender,
        channel=channel,
        sent_on=sent_on,
        is_acknowledged=is_acknowledged,
        supplier_reference=reference,
        receipts=receipts,
        closing_reason=reason,
        number=number,
        version=version,
        id=order_id,
    )


def _line(row: Row) -> OrderLine:
    *fields, lead_days, on_time = row
    return replace(OrderLine(*fields), learnt=None if lead_days is None else LeadTime(lead_days, on_time))
