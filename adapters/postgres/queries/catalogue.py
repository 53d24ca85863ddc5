"""`CatalogueReader` on PostgreSQL: one statement for each question."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from adapters.postgres.engine import Database, Row, Scope
from adapters.postgres.queries.code_lookup import LOOK_UP
from adapters.postgres.queries.product_detail import PRODUCT_DETAIL
from adapters.postgres.queries.product_filters import filter_values, given_filters
from adapters.postgres.queries.product_list import Shape, kits_statement, list_statement
from adapters.postgres.queries.product_sheet import sheet_statement
from core.domain.access import Actor
from core.domain.barcode import lookup_key
from core.domain.category import LEVELS
from core.domain.errors import Invalid, NotFound
from core.domain.ids import parse_id
from core.domain.product import ProductKind
from core.ports.catalogue import ProductFilter
from core.queries.catalogue import (
    CategoryName,
    CategoryNode,
    CategoryView,
    ExportRow,
    Found,
    ProductItem,
    ProductSort,
    ProductView,
    StoredImage,
)
from core.queries.paging import Page, decode_cursor, encode_cursor

IMAGE_ADDRESS = "/api/v1/images/"

_CATEGORIES = "SELECT id, parent_id, name, depth, version FROM category WHERE company_id = %(company)s ORDER BY depth DESC, lower(name), name"
_IN_CATEGORIES = """
    SELECT category_id, count(*) FROM product WHERE company_id = %(company)s AND category_id IS NOT NULL GROUP BY category_id
"""
_CATEGORY = """
    SELECT c.id, c.name, c.depth, c.parent_id, array_remove(ARRAY[t.name, a.name, c.name], NULL), c.version
    FROM category c
    LEFT JOIN category a ON a.company_id = c.company_id AND a.id = c.parent_id
    LEFT JOIN category t ON t.company_id = c.company_id AND t.id = a.parent_id
    WHERE c.company_id = %(company)s AND c.id = %(id)s
"""
_IMAGE = "SELECT digest, thumbnail_digest, media_type FROM product_image WHERE company_id = %(company)s AND id = %(id)s"

# What PostgreSQL cannot store in a text is in no cursor of ours.
_SortKey = Annotated[str, Meta(pattern=r"^[^\x00]*$")]

_product_decoder = msgspec.json.Decoder(ProductView)


class PostgresCatalogueReader:
    """`CatalogueReader` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def category_tree(self, actor: Actor, *, with_products: bool = False) -> Page[CategoryNode]:
        own: dict[UUID, int] = dict(await self._rows(actor, _IN_CATEGORIES, {})) if with_products else {}
        below: dict[UUID | None, list[CategoryNode]] = {}
        for row_id, parent_id, name, depth, version in await self._rows(actor, _CATEGORIES, {}):
            children = below.get(row_id, [])
            products = own.get(row_id, 0) + sum(child.products or 0 for child in children) if with_products else None
            node = CategoryNode(row_id, name, LEVELS[depth - 1], version, products, children)
            below.setdefault(parent_id, []).append(node)
        return Page(below.get(None, []))

    async def category(self, actor: Actor, category_id: UUID) -> CategoryView:
        rows = await self._rows(actor, _CATEGORY, {"id": category_id})
        if not rows:
            raise NotFound("category_not_found", "no category has this id")
        row_id, name, depth, parent_id, path, version = rows[0]
        return CategoryView(row_id, name, LEVELS[depth - 1], parent_id, path, version)

    async def products(
        self,
        actor: Actor,
        wanted: ProductFilter,
        sort: ProductSort,
        limit: int,
        cursor: str | None,
        *,
        with_total: bool = False,
    ) -> Page[ProductItem]:
        after = decode_cursor(cursor, tuple[ProductSort, _SortKey, UUID])
        if after and after[0] is not sort:
            raise Invalid("bad_cursor", "this cursor is one of another order")
        position = {"after_key": after[1], "after_id": after[2]} if after else {}
        shape = Shape(given_filters(actor, wanted), sort, limit + 1, after is not None, with_total)
        rows = await self._rows(actor, list_statement(shape), {**filter_values(actor, wanted), **position})
        total = rows[0][-1] if with_total else None
        kits = await self._kits_available(actor, wanted, shape.filters, rows[:limit])
        shown = [_item(row, kits) for row in rows[:limit] if row[0] is not None]
        if len(rows) <= limit:
            return Page(shown, None, total)
        last = rows[limit - 1]
        return Page(shown, encode_cursor(sort, last[-2], last[0]), total)

    async def _kits_available(
        self, actor: Actor, wanted: ProductFilter, filters: frozenset[str], rows: Sequence[Row]
    ) -> dict[UUID, str]:
        kits = [row[0] for row in rows if row[8] == ProductKind.KIT]
        if not kits:
            return {}
        return dict(await self._rows(actor, kits_statement(filters), {**filter_values(actor, wanted), "kits": kits}))

    async def product(self, actor: Actor, product_id: UUID) -> ProductView:
        parameters = {"id": product_id, "costs": actor.may("cost:read"), "address": IMAGE_ADDRESS}
        rows = await self._rows(actor, PRODUCT_DETAIL, {**parameters, **_reach(actor)})
        if not rows:
            raise NotFound("product_not_found", "no product has this id")
        return _product_decoder.decode(rows[0][0])

    async def look_up(self, actor: Actor, code: str) -> Found:
        text = code.strip()
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
        names = {"id": parse_id(text), "code": text, "key": lookup_key(text), "number": number}
        rows = await self._rows(actor, LOOK_UP, {**names, **_reach(actor)})
        if not rows:
            raise NotFound("code_not_found", "nothing here has this code")
        return Found(*rows[0])

    async def image(self, actor: Actor, image_id: UUID, *, thumbnail: bool) -> StoredImage:
        rows = await self._rows(actor, _IMAGE, {"id": image_id})
        if not rows:
            raise NotFound("image_not_found", "no image has this id")
        digest, thumbnail_digest, media_type = rows[0]
        return StoredImage(thumbnail_digest if thumbnail else digest, media_type)

    async def export_rows(self, actor: Actor, wanted: ProductFilter, after: UUID | None) -> Sequence[ExportRow]:
        position = {"after_id": after, "costs": actor.may("cost:read")}
        statement = sheet_statement(given_filters(actor, wanted), after=after is not None)
        rows = await self._database.fetch(Scope(actor.company), statement, {**filter_values(actor, wanted), **position})
        return [msgspec.json.decode(row[0], type=ExportRow) for row in rows]

    async def _rows(self, actor: Actor, statement: str, parameters: dict[str, Any]) -> list[Row]:
        return await self._database.read(Scope(actor.company), statement, {"company": actor.company, **parameters})


def _reach(actor: Actor) -> dict[str, Any]:
    return {"reach": None if actor.read_sites is None else list(actor.read_sites)}


def _item(row: Row, kits: Mapping[UUID, str]) -> ProductItem:
    (
        product_id,
        sku,
        name,
        group_id,
        group,
        price,
        currency,
        unit,
        kind,
        active,
        on_hand,
        available,
        low,
        image,
        version,
        *_,
    ) = row
    return ProductItem(
        product_id,
        sku,
        name,
        CategoryName(group_id, group) if group_id else None,
        price,
        currency,
        unit,
        kind,
        active,
        on_hand,
        kits.get(product_id, available) if kits else available,
        low,
        f"{IMAGE_ADDRESS}{image}/thumbnail" if image else None,
        version,
    )
