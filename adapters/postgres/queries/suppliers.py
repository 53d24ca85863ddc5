"""`SupplierReader` on PostgreSQL."""

from uuid import UUID

import msgspec

from adapters.postgres.engine import Database, Row, Scope
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.lead_time import LeadTimes
from core.domain.supplier import Contact
from core.ports.suppliers import OrderingView, PriceBreakView, SupplierItemView, SupplierView, lead_time_view
from core.queries.paging import Page, day_of, decode_cursor, encode_cursor, page_of
from core.queries.suppliers import SupplierFilter

_OBSERVED = "coalesce(t.receipts, 0), coalesce(t.days, 0), coalesce(t.days_squared, 0), coalesce(t.promised, 0), coalesce(t.on_time, 0)"
_SHOWN = f"""
    s.id, s.code, s.name, s.tax_id, s.contacts::text, s.payment_days, s.currency, trim_scale(s.minimum_order_value), s.note,
    s.active, s.order_channel, s.order_address, s.order_secret_set_at, s.created_at, s.updated_at, s.version, {_OBSERVED}
"""
_OF_ALL = "LEFT JOIN lead_time_stat t ON t.company_id = s.company_id AND t.supplier_id = s.id AND t.product_id IS NULL"
SUPPLIER = f"SELECT {_SHOWN} FROM supplier s {_OF_ALL} WHERE s.company_id = %(company)s AND s.id = %(id)s"
_LIST = f"""
    WITH found AS NOT MATERIALIZED (
        SELECT s.* FROM supplier s
        WHERE s.company_id = %(company)s AND (%(active)s::boolean IS NULL OR s.active = %(active)s)
          AND (%(q)s::text IS NULL OR strpos(lower(s.code || ' ' || s.name || ' ' || s.tax_id), lower(%(q)s)) > 0)
          AND (%(product)s::text IS NULL OR EXISTS (
              SELECT FROM supplier_item i JOIN product p ON p.company_id = i.company_id AND p.id = i.product_id
              WHERE i.company_id = s.company_id AND i.supplier_id = s.id AND (p.id = %(product_id)s OR p.sku_key = lower(%(product)s))))
    )
    SELECT page.*, CASE WHEN %(total)s THEN (SELECT count(*) FROM found) END
    FROM (SELECT) one LEFT JOIN (
        SELECT {_SHOWN} FROM found s {_OF_ALL} WHERE %(after)s::text IS NULL OR s.code > %(after)s ORDER BY s.code LIMIT %(limit)s) page ON true
    ORDER BY page.code
"""
_BREAKS = """
    SELECT json_agg(json_build_object('from_quantity', trim_scale(b.from_quantity)::text, 'unit_price', trim_scale(b.unit_price)::text)
                    ORDER BY b.from_quantity)
    FROM supplier_price_break b WHERE b.company_id = i.company_id AND b.item_id = i.id
"""
_ITEMS = f"""
    SELECT i.id, p.id, p.sku, p.name, i.supplier_sku, s.currency,
           CASE WHEN %(costs)s THEN coalesce(({_BREAKS}), '[]')::text END,
           trim_scale(i.minimum_order_quantity), trim_scale(i.order_multiple), i.lead_time_days, i.valid_from, i.valid_to,
           i.created_at, i.updated_at, i.version, {_OBSERVED}, p.sku_key, coalesce(i.valid_from, '-infinity')::text
    FROM supplier_item i
    JOIN supplier s ON s.company_id = i.company_id AND s.id = i.supplier_id
    JOIN product p ON p.company_id = i.company_id AND p.id = i.product_id
    LEFT JOIN lead_time_stat t ON t.company_id = i.company_id AND t.supplier_id = i.supplier_id AND t.product_id = i.product_id
    WHERE i.company_id = %(company)s
"""
ITEM = f"{_ITEMS} AND i.id = %(id)s"
_ITEM_LIST = f"""
    {_ITEMS} AND i.supplier_id = %(supplier)s
      AND (%(product)s::text IS NULL OR p.id = %(product_id)s OR p.sku_key = lower(%(product)s))
      AND (%(after_sku)s::text IS NULL OR (p.sku_key, coalesce(i.valid_from, '-infinity'), i.id) > (%(after_sku)s, %(after_start)s::date, %(after_id)s::uuid))
    ORDER BY p.sku_key, coalesce(i.valid_from, '-infinity'), i.id LIMIT %(limit)s
"""


def supplier_view(row: Row) -> SupplierView:
    """A row of `SUPPLIER`."""
    contacts = msgspec.json.decode(row[4], type=list[Contact])
    times = lead_time_view(LeadTimes(*row[16:21]))
    fields = [*row[:4], contacts, *row[5:10], OrderingView(*row[10:13]), *row[13:16], times]
    return SupplierView(*fields)


def item_view(row: Row) -> SupplierItemView:
    """A row of `ITEM`."""
    breaks = None if row[6] is None else msgspec.json.decode(row[6], type=list[PriceBreakView])
    fields = [*row[:6], breaks, *row[7:15], lead_time_view(LeadTimes(*row[15:20]))]
    return SupplierItemView(*fields)


class PostgresSupplierReader:
    """`SupplierReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def supplier(self, actor: Actor, supplier_id: UUID) -> SupplierView | None:
        named = {"company": actor.company, "id": supplier_id}
        rows = await self._database.fetch(Scope(actor.company), SUPPLIER, named)
        return supplier_view(rows[0]) if rows else None

    async def suppliers(
        self, actor: Actor, wanted: SupplierFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[SupplierView]:
        after = decode_cursor(cursor, tuple[str])
        parameters = {
            "company": actor.company,
            "q": wanted.q,
            "active": wanted.active,
            "product": wanted.product,
            "product_id": parse_id(wanted.product or ""),
            "after": after[0] if after else None,
            "limit": limit + 1,
            "total": total,
        }
        rows = await self._database.fetch(Scope(actor.company), _LIST, parameters)
        found = [supplier_view(row) for row in rows if row[0] is not None]
        return page_of(found, limit, lambda last: encode_cursor(last.code), rows[0][-1])

    async def items(
        self, actor: Actor, supplier_id: UUID, product: str | None, limit: int, cursor: str | None
    ) -> Page[SupplierItemView]:
        after = decode_cursor(cursor, tuple[str, str, UUID])
        parameters = {
            "company": actor.company,
            "supplier": supplier_id,
            "costs": actor.may("cost:read"),
            "product": product,
            "product_id": parse_id(product or ""),
            "after_sku": after[0] if after else None,
            "after_start": day_of(after[1]) if after else None,
            "after_id": after[2] if after else None,
            "limit": limit + 1,
        }
        rows = await self._database.fetch(Scope(actor.company), _ITEM_LIST, parameters)
        if not rows and await self.supplier(actor, supplier_id) is None:
            raise NotFound("supplier_not_found", "no supplier has this id")
        page = page_of(rows, limit, lambda last: encode_cursor(last[20], last[21], last[0]))
        return Page([item_view(row) for row in page.items], page.next_cursor)
