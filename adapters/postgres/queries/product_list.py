"""The statements behind lists of products, composed and compiled once for each shape of question."""

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Text,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import distinct_on

from adapters.postgres.queries.product_filters import (
    COMPANY,
    NOTHING,
    PRODUCT,
    at_sites,
    conditions,
    kits_available,
)
from adapters.postgres.statements import compiled
from adapters.postgres.tables import category, company, product_image, site_stock
from core.queries.catalogue import ProductSort

_SHOWN = [
    PRODUCT.c[name] for name in ("id", "sku", "name", "category_id", "price", "unit", "kind", "active", "version")
]


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
    """A page of products with their stock and picture, each looked up once for all rows of the page: a third less work for the
    server than once for each row. How many of its kits are available is asked by `kits_statement`, because most pages have none.

    Quantities and prices are texts. The last two columns are the sort key and the total; where there is a total, one row comes
    even without a product.
    """
    page = _page(shape)
    group = category.alias("c")
    stock, image = _stock(page, shape.filters), _first_images(page)
    rows = page.outerjoin(group, and_(group.c.company_id == COMPANY, group.c.id == page.c.category_id))
    rows = rows.outerjoin(stock, stock.c.product_id == page.c.id).outerjoin(image, image.c.product_id == page.c.id)
    columns = _columns(page, group, stock, image)
    order = _order(shape, page.c.sort_key, page.c.id)
    if not shape.total:
        return compiled(select(*columns, NOTHING).select_from(rows).order_by(*order))
    total = select(func.count().label("n")).select_from(PRODUCT).where(*conditions(shape.filters)).subquery("total")
    return compiled(select(*columns, total.c.n).select_from(total.outerjoin(rows, true())).order_by(*order))


@lru_cache(maxsize=100)
def kits_statement(filters: frozenset[str]) -> str:
    """How many of each of the kits `kits` are available."""
    chosen = (PRODUCT.c.company_id == COMPANY, PRODUCT.c.id == func.any(bindparam("kits")))
    return compiled(select(PRODUCT.c.id, _plain(kits_available(PRODUCT, filters))).where(*chosen))


def _columns(page: FromClause, group: FromClause, stock: FromClause, image: FromClause) -> list[ColumnElement[Any]]:
    return [
        page.c.id,
        page.c.sku,
        page.c.name,
        group.c.id,
        group.c.name,
        _plain(page.c.price),
        select(company.c.currency).where(company.c.id == COMPANY).scalar_subquery(),
        page.c.unit,
        page.c.kind,
        page.c.active,
        _plain(func.coalesce(stock.c.on_hand, NOTHING)),
        _plain(func.coalesce(stock.c.available, NOTHING)),
        func.coalesce(stock.c.is_low, false()),
        image.c.id,
        page.c.version,
        page.c.sort_key,
    ]


def _plain(number: ColumnElement[Any]) -> ColumnElement[str]:
    """The digits of a number, of which Python makes a decimal sooner than of PostgreSQL's binary form."""
    return cast(func.trim_scale(number), Text)


def _page(shape: Shape) -> CTE:
    key = _sort_key(PRODUCT, shape)
    statement = select(*_SHOWN, key.label("sort_key")).where(*conditions(shape.filters))
    if shape.after:
        statement = statement.where(_lies_after(key, shape))
    return statement.order_by(*_order(shape, key, PRODUCT.c.id)).limit(literal_column(str(shape.rows))).cte("page")


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
    """The stock of each product of the page at the sites asked for; of a kit there is none."""
    here = site_stock.alias("s")
    return (
        select(
            here.c.product_id,
            func.sum(here.c.on_hand).label("on_hand"),
            func.sum(here.c.allocatable - here.c.promised).label("available"),
            func.bool_or(here.c.is_low).label("is_low"),
        )
        .where(here.c.company_id == COMPANY, _on(page, here), *at_sites(here, filters))
        .group_by(here.c.product_id)
        .subquery("stock")
    )


def _first_images(page: FromClause) -> FromClause:
    image = product_image.alias("i")
    return (
        select(image.c.product_id, image.c.id)
        .ext(distinct_on(image.c.product_id))
        .where(image.c.company_id == COMPANY, _on(page, image))
        .order_by(image.c.product_id, image.c.position, image.c.id)
        .subquery("image")
    )


def _on(page: FromClause, of_product: FromClause) -> ColumnElement[bool]:
    """Whether a row belongs to a product of the page; as an array, so that the server goes through its index once."""
    ids = func.array(select(page.c.id).scalar_subquery())
    return of_product.c.product_id == func.any(ids)
