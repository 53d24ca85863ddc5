"""The statement behind the export of products: rows of a sheet, some at a time, in the order in which products were made."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Text, and_, bindparam, case, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array

from adapters.postgres.queries.product_filters import COMPANY, PRODUCT, conditions
from adapters.postgres.statements import compiled
from adapters.postgres.tables import barcode, category, kit_component, product

ROWS_PER_PAGE = 1_000

_EMPTY: ColumnElement[Any] = literal_column("'[]'::json")


@cache
def sheet_statement(filters: frozenset[str], *, after: bool) -> str:
    """Rows as JSON arrays; without costs unless the parameter `costs` is true."""
    group, above, top = category.alias("c"), category.alias("ca"), category.alias("ct")
    source = PRODUCT.outerjoin(group, and_(group.c.company_id == COMPANY, group.c.id == PRODUCT.c.category_id))
    source = source.outerjoin(above, and_(above.c.company_id == COMPANY, above.c.id == group.c.parent_id))
    source = source.outerjoin(top, and_(top.c.company_id == COMPANY, top.c.id == above.c.parent_id))
    path = func.array_remove(array([top.c.name, above.c.name, group.c.name]), literal_column("NULL"))
    row = func.json_build_array(
        PRODUCT.c.id,
        PRODUCT.c.sku,
        PRODUCT.c.name,
        PRODUCT.c.description,
        func.array_to_json(path),
        PRODUCT.c.unit,
        _decimal(PRODUCT.c.price),
        case((bindparam("costs"), _decimal(PRODUCT.c.cost))),
        _barcodes(),
        _components(),
        PRODUCT.c.active,
        PRODUCT.c.kind,
        PRODUCT.c.tracking,
        PRODUCT.c.shelf_life_days,
    )
    statement = select(cast(row, Text)).select_from(source).where(*conditions(filters))
    if after:
        statement = statement.where(PRODUCT.c.id > bindparam("after_id"))
    return compiled(statement.order_by(PRODUCT.c.id).limit(literal_column(str(ROWS_PER_PAGE))))


def _barcodes() -> ColumnElement[Any]:
    pair = func.json_build_array(_decimal(barcode.c.pack_quantity), barcode.c.written)
    codes = select(func.json_agg(aggregate_order_by(pair, barcode.c.pack_quantity, barcode.c.code)))
    return _list(codes.where(barcode.c.company_id == COMPANY, barcode.c.product_id == PRODUCT.c.id).scalar_subquery())


def _components() -> ColumnElement[Any]:
    part, unit = kit_component.alias("k"), product.alias("u")
    pair = func.json_build_array(_decimal(part.c.quantity), unit.c.sku)
    parts = (
        select(func.json_agg(aggregate_order_by(pair, unit.c.sku_key)))
        .select_from(part.join(unit, unit.c.id == part.c.component_id))
        .where(part.c.company_id == COMPANY, part.c.kit_id == PRODUCT.c.id, unit.c.company_id == COMPANY)
    )
    return _list(parts.scalar_subquery())


def _list(aggregate: ScalarSelect[Any]) -> ColumnElement[Any]:
    return func.coalesce(aggregate, _EMPTY)


def _decimal(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.trim_scale(column), Text)
