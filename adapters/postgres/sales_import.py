"""`SalesBooks` on PostgreSQL."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from adapters.postgres.imports import PostgresImportBooks
from adapters.postgres.repositories.products import PostgresProducts
from core.domain.product import Product
from core.domain.sales_import import Change, MoveKey, slip_reference
from core.domain.stock import PostingKind
from core.ports.sales_import import StockHistory

_ROWS_AT_ONCE = 20_000

_IMPORTED = """
    SELECT p.source_ref, r.sku, CASE WHEN m.to_site_id IS NULL THEN -m.quantity ELSE m.quantity END, m.unit_price
    FROM posting p JOIN move m ON m.company_id = p.company_id AND m.posting_id = p.id
    JOIN product r ON r.company_id = m.company_id AND r.id = m.product_id
    WHERE p.company_id = %s AND p.source = %s AND p.effective_at BETWEEN %s AND %s AND p.kind <> %s
"""
_PRODUCTS_CREATED = """
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %s, 'product_created', 'product', id, json_build_object('sku', sku) FROM unnest(%s::uuid[], %s::text[]) AS p(id, sku)
"""
# A site's id is that of its default place.
_ON_HAND = """
    SELECT product_id, on_hand FROM stock_balance
    WHERE company_id = %s AND product_id = ANY (%s) AND location_id = %s AND lot_id IS NULL
"""
_LATER = """
    SELECT effective_at, product_id, sum(CASE WHEN to_location_id = %(place)s THEN quantity ELSE -quantity END) FROM move
    WHERE company_id = %(company)s AND product_id = ANY (%(products)s) AND effective_at >= %(since)s
      AND %(place)s IN (from_location_id, to_location_id) AND lot_id IS NULL
    GROUP BY effective_at, product_id ORDER BY effective_at
"""


class PostgresSalesBooks(PostgresImportBooks):
    """`SalesBooks` in the transaction of a connection."""

    async def imported(self, source: str, since: datetime, until: datetime) -> Mapping[str, Mapping[MoveKey, int]]:
        moves: defaultdict[str, Counter[MoveKey]] = defaultdict(Counter)
        async with self._connection.cursor(name="imported_moves") as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            await cursor.execute(_IMPORTED, (self._company_id, source, since, until, PostingKind.OPENING.value))
            async for reference, sku, change, price in cursor:
                moves[slip_reference(reference)][MoveKey(sku.upper(), change, price)] += 1
        return moves

    async def stock(self, site_id: UUID, products: Mapping[str, UUID], since: datetime) -> StockHistory:
        skus = {product_id: sku for sku, product_id in products.items()}
        cursor = await self._connection.execute(_ON_HAND, (self._company_id, list(skus), site_id))
        on_hand: dict[str, Decimal] = {skus[product_id]: units for product_id, units in await cursor.fetchall()}
        wanted = {"company": self._company_id, "products": list(skus), "place": site_id, "since": since}
        cursor = await self._connection.execute(_LATER, wanted)
        later = [Change(at, skus[product_id], units) for at, product_id, units in await cursor.fetchall()]
        for change in later:
            on_hand[change.sku] -= change.units
        return StockHistory(on_hand, later)

    async def add_products(self, products: Sequence[Product]) -> None:
        await PostgresProducts(self._connection, self._company_id).add_products(products)
        ids, skus = [product.id for product in products], [product.sku for product in products]
        await self._connection.execute(_PRODUCTS_CREATED, (self._company_id, ids, skus))
