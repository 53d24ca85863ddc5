"""Suppliers and what they sell."""

from typing import Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from apps.http.parameters import Cursor, IfMatch, Limit, Text
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.supplier_items import AddItem, ChangeItem, add_item, change_item, remove_item
from core.commands.supplier_ordering import OrderingDesk, SetOrdering
from core.commands.suppliers import (
    ChangeSupplier,
    CreateSupplier,
    change_supplier,
    create_supplier,
    delete_supplier,
)
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.ports.storage import Run
from core.ports.suppliers import SupplierItemView, SupplierView
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.suppliers import SupplierFilter, SupplierReader


def _answer(view: SupplierView, status_code: int = 200) -> Response[SupplierView]:
    return Response(view, status_code=status_code, headers={"ETag": etag(view.version)})


def _item_answer(view: SupplierItemView, status_code: int = 200) -> Response[SupplierItemView]:
    return Response(view, status_code=status_code, headers={"ETag": etag(view.version)})


@post("/suppliers", opt=needs("supplier:write"))
async def create_new_supplier(
    data: JSONBody[CreateSupplier], actor: FromDishka[Actor], run: FromDishka[Run]
) -> Response[SupplierView]:
    """Adds a supplier."""
    return _answer((await run(create_supplier, actor, data)).result, 201)


@get("/suppliers", opt=needs("supplier:read"))
async def list_suppliers(
    actor: FromDishka[Actor],
    suppliers: FromDishka[SupplierReader],
    q: Text = None,
    active: FromQuery[bool | None] = None,
    product: Text = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[SupplierView]:
    """Suppliers by code; `product` keeps those who sell it."""
    wanted = SupplierFilter(q, active, product)
    return await suppliers.suppliers(actor, wanted, limit, cursor, total=bool(include))


@get("/suppliers/{supplier_id:uuid}", opt=needs("supplier:read"))
async def show_supplier(
    supplier_id: FromPath[UUID], actor: FromDishka[Actor], suppliers: FromDishka[SupplierReader]
) -> Response[SupplierView]:
    """One supplier, with the lead time that was observed."""
    found = await suppliers.supplier(actor, supplier_id)
    if found is None:
        raise NotFound("supplier_not_found", "no supplier has this id")
    return _answer(found)


@patch("/suppliers/{supplier_id:uuid}", opt=needs("supplier:write"))
async def change_one_supplier(
    supplier_id: FromPath[UUID],
    data: JSONBody[ChangeSupplier],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[SupplierView]:
    """Changes a supplier; nothing can be ordered of one that is not `active`."""
    return _answer((await run(change_supplier, actor, (supplier_id, data, known_version(if_match)))).result)


@delete("/suppliers/{supplier_id:uuid}", opt=needs("supplier:write"))
async def delete_one_supplier(
    supplier_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> None:
    """Forgets a supplier who sells nothing and of whom nothing was ordered."""
    await run(delete_supplier, actor, (supplier_id, known_version(if_match)))


@put("/suppliers/{supplier_id:uuid}/ordering", opt=needs("supplier:write"))
async def set_supplier_ordering(
    supplier_id: FromPath[UUID],
    data: JSONBody[SetOrdering],
    actor: FromDishka[Actor],
    desk: FromDishka[OrderingDesk],
    if_match: IfMatch = None,
) -> Response[SupplierView]:
    """Says how the supplier wants its orders: by hand, by mail, by signed http, or through a plugin. Needs cost:read as well."""
    return _answer(await desk.set(actor, supplier_id, data, known_version(if_match)))


@post("/suppliers/{supplier_id:uuid}/items", opt=needs("supplier:write"))
async def add_supplier_item(
    supplier_id: FromPath[UUID], data: JSONBody[AddItem], actor: FromDishka[Actor], run: FromDishka[Run]
) -> Response[SupplierItemView]:
    """Adds what the supplier sells. At any time a supplier sells a product on one set of terms."""
    return _item_answer((await run(add_item, actor, (supplier_id, data))).result, 201)


@get("/suppliers/{supplier_id:uuid}/items", opt=needs("supplier:read"))
async def list_supplier_items(
    supplier_id: FromPath[UUID],
    actor: FromDishka[Actor],
    suppliers: FromDishka[SupplierReader],
    product: Text = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[SupplierItemView]:
    """What the supplier sells, sold and will sell, by SKU and first day."""
    return await suppliers.items(actor, supplier_id, product, limit, cursor)


@patch("/suppliers/{supplier_id:uuid}/items/{item_id:uuid}", opt=needs("supplier:write"))
async def change_supplier_item(
    supplier_id: FromPath[UUID],
    item_id: FromPath[UUID],
    data: JSONBody[ChangeItem],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[SupplierItemView]:
    """Changes the terms; orders that were made keep their prices."""
    command = (supplier_id, item_id, data, known_version(if_match))
    return _item_answer((await run(change_item, actor, command)).result)


@delete("/suppliers/{supplier_id:uuid}/items/{item_id:uuid}", opt=needs("supplier:write"))
async def remove_supplier_item(
    supplier_id: FromPath[UUID],
    item_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> None:
    """Forgets terms on which nothing was ordered."""
    await run(remove_item, actor, (supplier_id, item_id, known_version(if_match)))


router = DishkaRouter(
    "/",
    route_handlers=[
        create_new_supplier,
        list_suppliers,
        show_supplier,
        change_one_supplier,
        delete_one_supplier,
        set_supplier_ordering,
        add_supplier_item,
        list_supplier_items,
        change_supplier_item,
        remove_supplier_item,
    ],
    tags=["purchasing"],
)
