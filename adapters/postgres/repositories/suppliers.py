"""`SupplierRepository` on PostgreSQL."""

from decimal import Decimal
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection, Row
from adapters.postgres.queries.suppliers import ITEM, SUPPLIER, item_view, supplier_view
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.known_product import KnownProduct
from core.domain.lead_time import Learnt
from core.domain.product import ProductKind, Tracking
from core.domain.supplier import Contact, PriceBreak, Supplier, SupplierItem
from core.domain.supplier_ordering import Ordering
from core.ports.suppliers import SupplierItemView, SupplierView

_SUPPLIER = """
    SELECT s.code, s.name, s.currency, s.tax_id, s.contacts::text, s.payment_days, s.minimum_order_value, s.note, s.active, s.version, s.id
    FROM supplier s WHERE s.company_id = %(company)s
"""
_NAMED = f"{_SUPPLIER} AND (s.id = %(id)s OR s.code = upper(%(code)s)) ORDER BY s.id = %(id)s DESC LIMIT 1 FOR SHARE"
_LOCKED = f"{_SUPPLIER} AND s.id = %(id)s FOR NO KEY UPDATE"
_ADD = """
    INSERT INTO supplier (company_id, id, code, name, currency, tax_id, contacts, payment_days, minimum_order_value, note, active)
    VALUES (%(company)s, %(id)s, %(code)s, %(name)s, %(currency)s, %(tax_id)s, %(contacts)s::jsonb, %(payment_days)s, %(least)s, %(note)s, %(active)s)
"""
_SAVE = """
    UPDATE supplier SET code = %(code)s, name = %(name)s, currency = %(currency)s, tax_id = %(tax_id)s, contacts = %(contacts)s::jsonb,
        payment_days = %(payment_days)s, minimum_order_value = %(least)s, note = %(note)s, active = %(active)s,
        version = version + 1, updated_at = now()
    WHERE company_id = %(company)s AND id = %(id)s
"""
_DELETE = "DELETE FROM supplier WHERE company_id = %s AND id = %s"
_IS_USED = """
    SELECT EXISTS (SELECT FROM supplier_item i WHERE i.company_id = %(company)s AND i.supplier_id = %(id)s)
        OR EXISTS (SELECT FROM purchase_order o WHERE o.company_id = %(company)s AND o.supplier_id = %(id)s)
"""
_PRODUCT = """
    SELECT p.id, p.kind, p.tracking, p.active FROM product p
    WHERE p.company_id = %(company)s AND (p.id = %(id)s OR p.sku_key = %(sku)s) ORDER BY p.id = %(id)s DESC LIMIT 1
"""
ITEMS = """
    SELECT i.supplier_id, i.product_id, i.supplier_sku,
           coalesce((SELECT json_agg(json_build_object('from_quantity', b.from_quantity::text, 'unit_price', b.unit_price::text)
                                     ORDER BY b.from_quantity)
                     FROM supplier_price_break b WHERE b.company_id = i.company_id AND b.item_id = i.id), '[]')::text AS breaks,
           i.minimum_order_quantity, i.order_multiple, i.lead_time_days, i.valid_from, i.valid_to, i.version, i.id
    FROM supplier_item i WHERE i.company_id = %(company)s AND i.supplier_id = %(supplier)s
"""
_ITEM = f"{ITEMS} AND i.id = %(id)s"
_ADD_ITEM = """
    INSERT INTO supplier_item (company_id, id, supplier_id, product_id, supplier_sku, minimum_order_quantity, order_multiple,
                               lead_time_days, valid_from, valid_to)
    VALUES (%(company)s, %(id)s, %(supplier)s, %(product)s, %(sku)s, %(least)s, %(pack)s, %(days)s, %(start)s, %(end)s)
"""
_SAVE_ITEM = """
    UPDATE supplier_item SET supplier_sku = %(sku)s, minimum_order_quantity = %(least)s, order_multiple = %(pack)s,
        lead_time_days = %(days)s, valid_from = %(start)s, valid_to = %(end)s, version = version + 1, updated_at = now()
    WHERE company_id = %(company)s AND id = %(id)s
"""
_FORGET_BREAKS = """
    DELETE FROM supplier_price_break b WHERE b.company_id = %(company)s AND b.item_id = %(id)s AND NOT EXISTS (
        SELECT FROM json_to_recordset(%(breaks)s::json) AS r(from_quantity numeric, unit_price numeric)
        WHERE r.from_quantity = b.from_quantity)
"""
_SET_BREAKS = """
    INSERT INTO supplier_price_break AS b (company_id, item_id, from_quantity, unit_price)
    SELECT %(company)s, %(id)s, r.from_quantity, r.unit_price
    FROM json_to_recordset(%(breaks)s::json) AS r(from_quantity numeric, unit_price numeric)
    ON CONFLICT (company_id, item_id, from_quantity) DO UPDATE SET unit_price = excluded.unit_price
        WHERE b.unit_price <> excluded.unit_price
"""
_DELETE_ITEM = "DELETE FROM supplier_item WHERE company_id = %s AND id = %s"
_ORDERING = """
    SELECT order_channel, order_address, order_secret, order_secret_set_at FROM supplier WHERE company_id = %(company)s AND id = %(id)s
"""
_SAVE_ORDERING = """
    UPDATE supplier SET order_channel = %(channel)s, order_address = %(address)s, order_secret = %(secret)s,
        order_secret_set_at = %(since)s, version = version + 1, updated_at = now()
    WHERE company_id = %(company)s AND id = %(id)s
"""
# What is taken back of one that has nothing yet never comes: what is taken back was learnt before.
_LEARN = """
    INSERT INTO lead_time_stat AS t (company_id, supplier_id, product_id, receipts, days, days_squared, promised, on_time)
    SELECT %(company)s, %(supplier)s, r.product, 0, 0, 0, 0, 0
    FROM json_to_recordset(%(learnt)s::json) AS r(product uuid) ORDER BY r.product NULLS FIRST
    ON CONFLICT (company_id, supplier_id, product_id) DO NOTHING
"""
_ADD_LEARNT = """
    WITH kept AS MATERIALIZED (
        SELECT t.product_id FROM lead_time_stat t
        WHERE t.company_id = %(company)s AND t.supplier_id = %(supplier)s
          AND EXISTS (SELECT FROM json_to_recordset(%(learnt)s::json) AS r(product uuid) WHERE r.product IS NOT DISTINCT FROM t.product_id)
        ORDER BY t.product_id NULLS FIRST FOR UPDATE
    )
    UPDATE lead_time_stat t SET receipts = t.receipts + r.receipts, days = t.days + r.days, days_squared = t.days_squared + r.days_squared,
        promised = t.promised + r.promised, on_time = t.on_time + r.on_time
    FROM kept k, json_to_recordset(%(learnt)s::json)
        AS r(product uuid, receipts bigint, days bigint, days_squared bigint, promised bigint, on_time bigint)
    WHERE t.company_id = %(company)s AND t.supplier_id = %(supplier)s AND t.product_id IS NOT DISTINCT FROM k.product_id
      AND r.product IS NOT DISTINCT FROM k.product_id
"""


class _StoredBreak(msgspec.Struct):
    from_quantity: Decimal
    unit_price: Decimal


class PostgresSuppliers:
    """`SupplierRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def named(self, reference: str) -> Supplier | None:
        return await self._supplier(_NAMED, id=parse_id(reference), code=reference.strip())

    async def locked(self, supplier_id: UUID) -> Supplier | None:
        return await self._supplier(_LOCKED, id=supplier_id)

    async def _supplier(self, statement: str, **named: object) -> Supplier | None:
        row = await self._row(statement, **named)
        return _supplier(row) if row else None

    async def add(self, supplier: Supplier) -> None:
        await self._connection.execute(_ADD, self._columns(supplier))

    async def save(self, supplier: Supplier) -> None:
        await self._connection.execute(_SAVE, self._columns(supplier))

    async def delete(self, supplier: Supplier) -> None:
        await self._connection.execute(_DELETE, (self._company_id, supplier.id))

    async def is_used(self, supplier: Supplier) -> bool:
        row = await self._row(_IS_USED, id=supplier.id)
        return bool(row and row[0])

    async def view(self, supplier_id: UUID) -> SupplierView:
        row = await self._row(SUPPLIER, id=supplier_id)
        if row is None:
            raise NotFound("supplier_not_found", "no supplier has this id")
        return supplier_view(row)

    async def ordering(self, supplier_id: UUID) -> Ordering:
        row = await self._row(_ORDERING, id=supplier_id)
        if row is None:
            raise NotFound("supplier_not_found", "no supplier has this id")
        return Ordering(*row)

    async def save_ordering(self, supplier: Supplier, ordering: Ordering) -> None:
        named = {
            "company": self._company_id,
            "id": supplier.id,
            "channel": ordering.channel,
            "address": ordering.address,
            "secret": ordering.sealed_secret,
            "since": ordering.secret_set_at,
        }
        await self._connection.execute(_SAVE_ORDERING, named)

    async def product(self, reference: str) -> KnownProduct | None:
        row = await self._row(_PRODUCT, id=parse_id(reference), sku=reference.strip().lower())
        return KnownProduct(row[0], ProductKind(row[1]), Tracking(row[2]), active=row[3]) if row else None

    async def item(self, supplier_id: UUID, item_id: UUID) -> SupplierItem | None:
        row = await self._row(_ITEM, supplier=supplier_id, id=item_id)
        return item_of(row) if row else None

    async def add_item(self, item: SupplierItem) -> None:
        await self._connection.execute(_ADD_ITEM, self._item_columns(item))
        await self._connection.execute(_SET_BREAKS, self._item_columns(item))

    async def save_item(self, item: SupplierItem) -> None:
        for statement in (_SAVE_ITEM, _FORGET_BREAKS, _SET_BREAKS):
            await self._connection.execute(statement.encode(), self._item_columns(item))

    async def delete_item(self, item: SupplierItem) -> None:
        await self._connection.execute(_DELETE_ITEM, (self._company_id, item.id))

    async def item_view(self, item_id: UUID, *, costs: bool) -> SupplierItemView:
        row = await self._row(ITEM, id=item_id, costs=costs)
        if row is None:
            raise NotFound("supplier_item_not_found", "this supplier has no item of this id")
        return item_view(row)

    async def learn(self, supplier_id: UUID, learnt: Learnt) -> None:
        if not learnt:
            return
        rows = [{"product": product, **msgspec.to_builtins(times)} for product, times in learnt.items()]
        named = {"company": self._company_id, "supplier": supplier_id, "learnt": msgspec.json.encode(rows).decode()}
        await self._connection.execute(_LEARN, named)
        await self._connection.execute(_ADD_LEARNT, named)

    async def _row(self, statement: str, **named: object) -> Row | None:
        cursor = await self._connection.execute(statement.encode(), {"company": self._company_id, **named})
        return await cursor.fetchone()

    def _columns(self, supplier: Supplier) -> dict[str, object]:
        return {
            "company": self._company_id,
            "id": supplier.id,
            "code": supplier.code,
            "name": supplier.name,
            "currency": supplier.currency,
            "tax_id": supplier.tax_id,
            "contacts": msgspec.json.encode(supplier.contacts).decode(),
            "payment_days": supplier.payment_days,
            "least": supplier.minimum_order_value,
            "note": supplier.note,
            "active": supplier.active,
        }

    def _item_columns(self, item: SupplierItem) -> dict[str, object]:
        return {
            "company": self._company_id,
            "id": item.id,
            "supplier": item.supplier,
            "product": item.product,
            "sku": item.supplier_sku,
            "breaks": msgspec.json.encode(item.price_breaks).decode(),
            "least": item.minimum_order_quantity,
            "pack": item.order_multiple,
            "days": item.lead_time_days,
            "start": item.valid_from,
            "end": item.valid_to,
        }


def _supplier(row: Row) -> Supplier:
    code, name, currency, tax_id, contacts, payment_days, least, note, active, version, supplier_id = row
    people = tuple(msgspec.json.decode(contacts, type=list[Contact]))
    return Supplier(
        code, name, currency, tax_id, people, payment_days, least, note, active=active, version=version, id=supplier_id
    )


def item_of(row: Row) -> SupplierItem:
    """A row of `ITEMS`."""
    supplier, product, sku, breaks, least, pack, days, start, end, version, item_id = row
    return SupplierItem(supplier, product, sku, _breaks(breaks), least, pack, days, start, end, version, item_id)


def _breaks(text: str) -> tuple[PriceBreak, ...]:
    stored = msgspec.json.decode(text, type=list[_StoredBreak])
    return tuple(PriceBreak(one.from_quantity, one.unit_price) for one in stored)
