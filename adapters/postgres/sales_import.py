"""`SalesBooks` on PostgreSQL."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from adapters.postgres.bulk_ledger import load_postings
from adapters.postgres.engine import Connection
from adapters.postgres.repositories.companies import PostgresCompanies
from adapters.postgres.repositories.products import PostgresProducts
from core.domain.access import Actor
from core.domain.product import Product, ProductKind, Tracking
from core.domain.sales_import import Change, MoveKey, slip_reference
from core.domain.stock import Posting, PostingKind
from core.ports.sales_import import KnownProduct, StockHistory

_ROWS_AT_ONCE = 20_000

_IMPORTED = """
    SELECT p.source_ref, r.sku, CASE WHEN m.to_site_id IS NULL THEN -m.quantity ELSE m.quantity END, m.unit_price
    FROM posting p JOIN move m ON m.company_id = p.company_id AND m.posting_id = p.id
    JOIN product r ON r.company_id = m.company_id AND r.id = m.product_id
    WHERE p.company_id = %s AND p.source = %s AND p.effective_at BETWEEN %s AND %s AND p.kind <> %s
"""
_PRODUCTS = """
    SELECT asked.sku, p.id, p.kind, p.tracking, p.active
    FROM unnest(%s::text[]) AS asked(sku) JOIN product p ON p.company_id = %s AND p.sku_key = lower(asked.sku)
"""
_PRODUCTS_CREATED = """
    INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)
    SELECT %s, 'product_created', 'product', id, jsonb_build_object('sku', sku) FROM unnest(%s::uuid[], %s::text[]) AS p(id, sku)
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
_REOPEN = "SELECT ledger_reopen_checkpoints((%s AT TIME ZONE 'UTC')::date)"
_CONCLUDE = "SELECT ledger_checkpoint((now() AT TIME ZONE 'UTC')::date - 1), ledger_learn_sizes()"


class PostgresSalesBooks:
    """`SalesBooks` in the transaction of a connection."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def close(self) -> None:
        await PostgresCompanies(self._connection, self._company_id).close_postings()

    async def imported(self, source: str, since: datetime, until: datetime) -> Mapping[str, Mapping[MoveKey, int]]:
        moves: defaultdict[str, Counter[MoveKey]] = defaultdict(Counter)
        async with self._connection.cursor(name="imported_moves") as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            await cursor.execute(_IMPORTED, (self._company_id, source, since, until, PostingKind.OPENING.value))
            async for reference, sku, change, price in cursor:
                moves[slip_reference(reference)][MoveKey(sku.upper(), change, price)] += 1
        return moves

    async def products(self, skus: Sequence[str]) -> Mapping[str, KnownProduct]:
        cursor = await self._connection.execute(_PRODUCTS, (list(skus), self._company_id))
        return {
            sku: KnownProduct(product_id, ProductKind(kind), Tracking(tracking), active)
            for sku, product_id, kind, tracking, active in await cursor.fetchall()
        }

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

    async def post(
        self, actor: Actor, since: datetime, postings: Iterable[Posting], posted: Callable[[int], None]
    ) -> None:
        await self._connection.execute(_REOPEN, (since,))
        await load_postings(self._connection, actor, postings, posted)
        await self._connection.execute(_CONCLUDE)
