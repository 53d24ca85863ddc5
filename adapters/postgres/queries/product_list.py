"""The statements behind lists of products, composed and compiled once for each shape of question."""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    select,
    true,
    tuple_,
)

from adapters.postgres.queries.product_filters import (
    COMPANY,
    KIT,
    NOTHING,
    PRODUCT,
    at_sites,
    conditions,
    kits_available,
)
from adapters.postgres.statements import compiled
from adapters.postgres.tables import category, company, product_image, site_stock
from core.queries.catalogue import ProductSort


class Shape(NamedTuple):
    """What makes one statement differ from another: the filters that are given, the order, and what else is asked.

    The number of rows is part of the text, because with a parameter the planner plans every page anew.
    """

    filters: frozenset[str]
    sort: ProductSort
    rows: int
    after: bool
    total: bool

    @property
    def downwards(self) -> bool:
        return self.sort.startswith("-")

    @property
    def sort_column(self) -> str:
        return self.sort.lstrip("-")


@lru_cache(maxsize=1_000)
def list_statement(shape: Shape) -> str:
    """A page of products with their stock, which is looked up for the rows of the page only.

    The last two columns are the sort key and the total; where there is a total, one row comes even without a product.
    """
    page = _page(shape)
    group = category.alias("c")
    stock = _stock(page, shape.filters)
    rows = page.outerjoin(group, and_(group.c.company_id == COMPANY, group.c.id == page.c.category_id))
    rows = rows.outerjoin(stock, true())
    columns = _columns(page, group, stock, shape.filters)
    order = _order(shape, page.c.sort_key, page.c.id)
    if not shape.total:
        return compiled(select(*columns, NOTHING).select_from(rows).order_by(*order))
    total = select(func.count().label("n")).select_from(PRODUCT).where(*conditions(shape.filters)).subquery("total")
    return compiled(select(*columns, total.c.n).select_from(total.outerjoin(rows, true())).order_by(*order))


def _columns(
    page: FromClause, group: FromClause, stock: FromClause, filters: frozenset[str]
) -> list[ColumnElement[Any]]:
    kits = (page.c.kind == KIT, kits_available(page, filters))
    return [
        page.c.id,
        page.c.sku,
        page.c.name,
        group.c.id,
        group.c.name,
        func.trim_scale(page.c.price),
        select(company.c.currency).where(company.c.id == COMPANY).scalar_subquery(),
        page.c.unit,
        page.c.kind,
        page.c.active,
        func.trim_scale(func.coalesce(stock.c.on_hand, NOTHING)),
        func.trim_scale(case(kits, else_=func.coalesce(stock.c.available, NOTHING))),
        _first_image(page),
        page.c.version,
        page.c.sort_key,
    ]


def _page(shape: Shape) -> FromClause:
    key = _sort_key(PRODUCT, shape)
    statement = select(PRODUCT, key.label("sort_key")).where(*conditions(shape.filters))
    if shape.after:
        statement = statement.where(_lies_after(key, shape))
    return statement.order_by(*_order(shape, key, PRODUCT.c.id)).limit(literal_column(str(shape.rows))).subquery("page")


def _sort_key(source: FromClause, shape: Shape) -> ColumnElement[Any]:
    """An indexed expression that, with the id, orders the products. Ids themselves are in the order of making."""
    match shape.sort_column:
        case "name":
            return source.c.name_key
        case "sku":
            return source.c.sku_key
        case _:
            return literal_column("''")


def _lies_after(key: ColumnElement[Any], shape: Shape) -> ColumnElement[bool]:
    here: ColumnElement[Any] = PRODUCT.c.id
    there: ColumnElement[Any] = bindparam("after_id")
    if shape.sort_column != "created_at":
        here, there = tuple_(key, here), tuple_(bindparam("after_key"), there)
    return here < there if shape.downwards else here > there


def _order(shape: Shape, key: ColumnElement[Any], product_id: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    columns = [product_id] if shape.sort_column == "created_at" else [key, product_id]
    return [column.desc() if shape.downwards else column for column in columns]


def _stock(page: FromClause, filters: frozenset[str]) -> FromClause:
    """The stock of a product at the sites asked for; for a kit it is none."""
    here = site_stock.alias("s")
    return (
        select(
            func.sum(here.c.on_hand).label("on_hand"), func.sum(here.c.allocatable - here.c.promised).label("available")
        )
        .where(here.c.company_id == COMPANY, here.c.product_id == page.c.id, *at_sites(here, filters))
        .lateral("stock")
    )


def _first_image(page: FromClause) -> ScalarSelect[Any]:
    image = product_image.alias("i")
    return (
        select(image.c.id)
        .where(image.c.company_id == COMPANY, image.c.product_id == page.c.id)
        .order_by(image.c.position, image.c.id)
        .limit(literal_column("1"))
        .scalar_subquery()
    )
