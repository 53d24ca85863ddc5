"""`StockBooks` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.postgres.imports import PostgresImportBooks
from core.domain.errors import NotFound
from core.domain.sales_import import source_of
from core.domain.stock_import.goods import KnownSite, LotKey, OpeningKey
from core.domain.stock_import.plan import KnownLot, Opened
from core.ports.stock_import import ImportCompany

_COMPANY = "SELECT time_zone, locked_through FROM company WHERE id = %s"
_SITES = "SELECT code, id, active FROM site WHERE company_id = %s ORDER BY code"
_BY_SALES = source_of("")  # what the source of every import of sales begins with
_OPENED = """
    SELECT m.to_site_id, m.product_id, coalesce(t.number, ''),
           coalesce(sum(m.quantity) FILTER (WHERE r.id IS NULL AND NOT starts_with(p.source, %(sales)s)), 0),
           coalesce(sum(m.cost) FILTER (WHERE r.id IS NULL AND NOT starts_with(p.source, %(sales)s)), 0),
           coalesce(sum(m.quantity) FILTER (WHERE r.id IS NULL AND starts_with(p.source, %(sales)s)), 0),
           count(r.id)
    FROM posting p JOIN move m ON m.company_id = p.company_id AND m.posting_id = p.id
    LEFT JOIN lot t ON t.company_id = m.company_id AND t.product_id = m.product_id AND t.id = m.lot_id
    LEFT JOIN posting r ON r.company_id = p.company_id AND r.reversal_of = p.id
    WHERE p.company_id = %(company)s AND p.kind = 'opening' AND p.reversal_of IS NULL AND m.product_id = ANY (%(products)s)
    GROUP BY 1, 2, 3
"""
# A serial number may lie on its way between two sites; the address of that place says so.
_LOTS = """
    SELECT t.product_id, t.number, t.expires_on, l.address
    FROM unnest(%s::uuid[], %s::text[]) AS asked(product_id, number)
    JOIN lot t ON t.company_id = %s AND t.product_id = asked.product_id AND t.number = asked.number
    LEFT JOIN stock_balance b ON b.company_id = t.company_id AND b.lot_id = t.id AND b.is_serial AND b.on_hand > 0
    LEFT JOIN location l ON l.company_id = b.company_id AND l.id = b.location_id
"""


class PostgresStockBooks(PostgresImportBooks):
    """`StockBooks` in the transaction of a connection."""

    async def company(self) -> ImportCompany:
        cursor = await self._connection.execute(_COMPANY, (self._company_id,))
        row = await cursor.fetchone()
        if row is None:
            raise NotFound("company_not_found", "there is no such company")
        return ImportCompany(*row)

    async def sites(self) -> Mapping[str, KnownSite]:
        cursor = await self._connection.execute(_SITES, (self._company_id,))
        return {code: KnownSite(site_id, code, active) for code, site_id, active in await cursor.fetchall()}

    async def opened(self, products: Sequence[UUID]) -> Mapping[OpeningKey, Opened]:
        asked = {"company": self._company_id, "products": list(products), "sales": _BY_SALES}
        cursor = await self._connection.execute(_OPENED, asked)
        return {OpeningKey(*row[:3]): Opened(*row[3:]) for row in await cursor.fetchall()}

    async def lots(self, asked: Sequence[LotKey]) -> Mapping[LotKey, KnownLot]:
        products, numbers = [product_id for product_id, _ in asked], [number for _, number in asked]
        cursor = await self._connection.execute(_LOTS, (products, numbers, self._company_id))
        return {
            (product_id, number): KnownLot(expires_on, lies_at)
            for product_id, number, expires_on, lies_at in await cursor.fetchall()
        }
