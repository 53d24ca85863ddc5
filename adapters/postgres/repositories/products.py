"""`ProductRepository` on PostgreSQL. Products are written from JSON in one statement, be it one or thousands."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import bindparam, select

from adapters.postgres.engine import Connection, Row
from adapters.postgres.queries.product_filters import PRODUCT, conditions, filter_values, given_filters
from adapters.postgres.statements import compiled
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.product import Component, PackCode, Product, ProductKind, Tracking
from core.ports.catalogue import ProductFilter

_COLUMNS = (
    "sku, name, description, kind, tracking, unit, category_id, price, cost, shelf_life_days, active, id, version"
)
_PRODUCT = f"SELECT {_COLUMNS} FROM product WHERE company_id = %s AND id = %s"
_BY_SKU = f"""
    SELECT {_COLUMNS}, sku_key FROM product WHERE company_id = %s AND sku_key IN (SELECT lower(unnest(%s::text[])))
    ORDER BY sku_key FOR NO KEY UPDATE
"""
# In the order of their SKUs, in which everybody locks several products.
_BY_ID = f"""
    SELECT {_COLUMNS} FROM product WHERE company_id = %s AND id = ANY (%s) ORDER BY sku_key FOR NO KEY UPDATE
"""
_KEYS = "SELECT asked, lower(asked) FROM unnest(%s::text[]) AS asked"
_REFERENCED = """
    SELECT asked.reference, p.id, p.kind FROM unnest(%s::text[], %s::uuid[]) AS asked(reference, id)
    JOIN product p ON p.company_id = %s AND (p.id = asked.id OR p.sku_key = lower(asked.reference))
"""
_GIVEN = """
    json_to_recordset(%(products)s::json) AS g(sku text, name text, description text, kind text, tracking text, unit text,
        category_id uuid, price numeric, cost numeric, shelf_life_days int, active boolean, id uuid, version int)
"""
_ADD = f"INSERT INTO product (company_id, {_COLUMNS}) SELECT %(company)s, {_COLUMNS} FROM {_GIVEN}"
_CHANGE = f"""
    UPDATE product p SET sku = g.sku, name = g.name, description = g.description, tracking = g.tracking, unit = g.unit,
        category_id = g.category_id, price = g.price, cost = g.cost, shelf_life_days = g.shelf_life_days, active = g.active,
        updated_at = now(), version = p.version + 1
    FROM {_GIVEN} WHERE p.company_id = %(company)s AND p.id = g.id
"""
_DELETE = (
    "DELETE FROM barcode WHERE company_id = %s AND product_id = %s",
    "DELETE FROM kit_component WHERE company_id = %s AND kit_id = %s",
    "DELETE FROM product_image WHERE company_id = %s AND product_id = %s",
    "DELETE FROM product WHERE company_id = %s AND id = %s",
)
_HAS_MOVED = """
    SELECT EXISTS (SELECT FROM move WHERE company_id = %(company)s AND product_id = %(id)s)
        OR EXISTS (SELECT FROM product p JOIN move m ON m.company_id = p.company_id AND m.kit_id = p.id
                   WHERE p.company_id = %(company)s AND p.id = %(id)s AND p.kind = 'kit')
"""
_KITS_WITH = """
    SELECT p.sku FROM kit_component k JOIN product p ON p.company_id = k.company_id AND p.id = k.kit_id
    WHERE k.company_id = %s AND k.component_id = %s ORDER BY p.sku_key
"""
_COMPONENTS = "SELECT kit_id, component_id, quantity FROM kit_component WHERE company_id = %s AND kit_id = ANY (%s)"
_DROP_COMPONENTS = "DELETE FROM kit_component WHERE company_id = %s AND kit_id = ANY (%s)"
_ADD_COMPONENTS = """
    INSERT INTO kit_component (company_id, kit_id, component_id, quantity)
    SELECT %s, * FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[])
"""
_OWNERS = "SELECT code, product_id FROM barcode WHERE company_id = %s AND code = ANY (%s)"
_ADD_BARCODES = """
    INSERT INTO barcode (company_id, product_id, code, written, kind, pack_quantity)
    SELECT %s, * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::numeric[])
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('in-house codes ' || %s::text, 0))"
_LAST_BARCODE = "SELECT max(code) FROM barcode WHERE company_id = %s AND code >= %s AND code < %s AND kind = 'gtin'"
_WITHOUT_BARCODE = """
    SELECT w.id FROM (SELECT id, min(place) AS place FROM unnest(%(products)s::uuid[]) WITH ORDINALITY AS n(id, place) GROUP BY id) w
    WHERE NOT EXISTS (SELECT FROM barcode b WHERE b.company_id = %(company)s AND b.product_id = w.id) ORDER BY w.place
"""
_DELETE_BARCODE = "DELETE FROM barcode WHERE company_id = %s AND product_id = %s AND code = %s"


@lru_cache(maxsize=100)
def _matching(filters: frozenset[str]) -> str:
    columns = [PRODUCT.c[name] for name in _COLUMNS.split(", ")]
    found = select(*columns).where(*conditions(filters)).order_by(PRODUCT.c.sku_key).limit(bindparam("most"))
    return compiled(found.with_for_update(key_share=True, of=PRODUCT))


class PostgresProducts:
    """`ProductRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def product(self, product_id: UUID, *, exclusively: bool = False) -> Product:
        lock = " FOR UPDATE" if exclusively else " FOR NO KEY UPDATE"
        rows = await self._rows(_PRODUCT + lock, self._company_id, product_id)
        if not rows:
            raise NotFound("product_not_found", "no product has this id")
        return _product(rows[0])

    async def products_by_sku(self, skus: Sequence[str]) -> Mapping[str, Product]:
        found = {row[-1]: _product(row[:-1]) for row in await self._rows(_BY_SKU, self._company_id, list(skus))}
        return {asked: found[key] for asked, key in await self._rows(_KEYS, list(skus)) if key in found}

    async def products_by_id(self, product_ids: Sequence[UUID]) -> Sequence[Product]:
        return [_product(row) for row in await self._rows(_BY_ID, self._company_id, list(product_ids))]

    async def products_matching(self, actor: Actor, wanted: ProductFilter, most: int) -> Sequence[Product]:
        statement = _matching(given_filters(actor, wanted))
        names = {**filter_values(actor, wanted), "company": self._company_id, "most": most}
        cursor = await self._connection.execute(statement.encode(), names)
        return [_product(row) for row in await cursor.fetchall()]

    async def referenced(self, references: Sequence[str]) -> Mapping[str, tuple[UUID, ProductKind]]:
        ids = [parse_id(reference) for reference in references]
        rows = await self._rows(_REFERENCED, list(references), ids, self._company_id)
        return {reference: (product_id, ProductKind(kind)) for reference, product_id, kind in rows}

    async def add_products(self, products: Sequence[Product]) -> None:
        await self._write(_ADD, products)

    async def change_products(self, products: Sequence[Product]) -> None:
        await self._write(_CHANGE, products)

    async def delete_product(self, product_id: UUID) -> None:
        for statement in _DELETE:
            await self._connection.execute(statement, (self._company_id, product_id))

    async def has_moved(self, product_id: UUID) -> bool:
        cursor = await self._connection.execute(_HAS_MOVED, {"company": self._company_id, "id": product_id})
        row = await cursor.fetchone()
        return bool(row and row[0])

    async def kits_with(self, product_id: UUID) -> Sequence[str]:
        return [row[0] for row in await self._rows(_KITS_WITH, self._company_id, product_id)]

    async def components(self, kit_ids: Sequence[UUID]) -> Mapping[UUID, frozenset[Component]]:
        found: dict[UUID, set[Component]] = {}
        for kit_id, component_id, quantity in await self._rows(_COMPONENTS, self._company_id, list(kit_ids)):
            found.setdefault(kit_id, set()).add(Component(component_id, quantity))
        return {kit_id: frozenset(components) for kit_id, components in found.items()}

    async def set_components(self, components: Mapping[UUID, Iterable[Component]]) -> None:
        rows = [(kit_id, one.product_id, one.quantity) for kit_id, parts in components.items() for one in parts]
        await self._connection.execute(_DROP_COMPONENTS, (self._company_id, list(components)))
        await self._connection.execute(_ADD_COMPONENTS, (self._company_id, *_columns(rows, 3)))

    async def barcode_owners(self, keys: Sequence[str]) -> Mapping[str, UUID]:
        return dict(await self._rows(_OWNERS, self._company_id, list(keys)))

    async def add_barcodes(self, barcodes: Sequence[tuple[UUID, PackCode]]) -> None:
        rows = [
            (product_id, one.barcode.key, one.barcode.code, one.barcode.kind.value, one.quantity)
            for product_id, one in barcodes
        ]
        await self._connection.execute(_ADD_BARCODES, (self._company_id, *_columns(rows, 5)))

    async def last_barcode(self, prefix: str) -> str | None:
        await self._connection.execute(_ONE_AT_A_TIME, (self._company_id,))
        first, beyond = f"0{prefix}", f"0{int(prefix) + 1}"
        rows = await self._rows(_LAST_BARCODE, self._company_id, first, beyond)
        return rows[0][0] if rows else None

    async def without_barcode(self, product_ids: Sequence[UUID]) -> Sequence[UUID]:
        names = {"company": self._company_id, "products": list(product_ids)}
        cursor = await self._connection.execute(_WITHOUT_BARCODE, names)
        return [row[0] for row in await cursor.fetchall()]

    async def delete_barcode(self, product_id: UUID, key: str) -> None:
        cursor = await self._connection.execute(_DELETE_BARCODE, (self._company_id, product_id, key))
        if not cursor.rowcount:
            raise NotFound("barcode_not_found", "the product does not have this barcode")

    async def _write(self, statement: str, products: Sequence[Product]) -> None:
        payload = msgspec.json.encode(products).decode()
        await self._connection.execute(statement.encode(), {"company": self._company_id, "products": payload})

    async def _rows(self, statement: str, *parameters: object) -> list[Row]:
        cursor = await self._connection.execute(statement.encode(), parameters)
        return await cursor.fetchall()


def _product(row: Row) -> Product:
    sku, name, description, kind, tracking, unit, category_id, price, cost, shelf_life_days, active, row_id, version = (
        row
    )
    return Product(
        sku=sku,
        name=name,
        description=description,
        kind=ProductKind(kind),
        tracking=Tracking(tracking),
        unit=unit,
        category_id=category_id,
        price=price,
        cost=cost,
        shelf_life_days=shelf_life_days,
        active=active,
        id=row_id,
        version=version,
    )


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> tuple[list[Any], ...]:
    """The columns of a table that may be empty, as `unnest` takes them."""
    return tuple([row[place] for row in rows] for place in range(width))
