"""Purchase orders: drafted, handed in, approved, sent, received."""

from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, IfMatch, Limit, Text
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.purchase_order_decisions import (
    AcknowledgeOrder,
    EndOrder,
    acknowledge_order,
    approve_order,
    cancel_order,
    close_order,
    submit_order,
)
from core.commands.purchase_order_receipt import ReceiveOrder, TakeBackReceipt, receive_order, take_back_receipt
from core.commands.purchase_order_sending import SendOrder, send
from core.commands.purchase_orders import ChangeOrder, CreateOrder, change_order, create_order, delete_order
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.purchase_order import OrderState
from core.ports.purchase_orders import PurchaseOrderView
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Outcome, Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.purchase_orders import Incoming, OrderFilter, OrderSummary, PurchaseOrderReader


def _answer(done: Outcome[PurchaseOrderView], status_code: int = 200) -> Response[PurchaseOrderView]:
    response = replayable(done.result, replayed=done.replayed, status_code=status_code)
    response.headers["ETag"] = etag(done.result.version)
    return response


@post("/purchase-orders", opt=needs("purchase:write", keyed=True))
async def create_purchase_order(
    data: JSONBody[CreateOrder], actor: FromDishka[Actor], run: FromDishka[Run], key: FromDishka[IdempotencyKey]
) -> Response[PurchaseOrderView]:
    """Drafts an order. Without a price, a line takes the one of the supplier for its quantity today."""
    return _answer(await run(create_order, actor, data, key), 201)


@get("/purchase-orders", opt=needs("purchase:read"))
async def list_purchase_orders(
    actor: FromDishka[Actor],
    orders: FromDishka[PurchaseOrderReader],
    states: Annotated[list[OrderState] | None, QueryParameter(name="state")] = None,
    supplier: Text = None,
    site: Text = None,
    product: Text = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[OrderSummary]:
    """Orders for the sites within reach, newest first."""
    wanted = OrderFilter(states or (), supplier, site, product)
    return await orders.orders(actor, wanted, limit, cursor, total=bool(include))


@get("/purchase-orders/incoming", opt=needs("purchase:read"))
async def list_incoming(
    actor: FromDishka[Actor],
    orders: FromDishka[PurchaseOrderReader],
    product: Text = None,
    site: Text = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[Incoming]:
    """What approved and sent orders are still to bring, by promised or else expected day."""
    return await orders.incoming(actor, product, site, limit, cursor)


@get("/purchase-orders/{order_id:uuid}", opt=needs("purchase:read"))
async def show_purchase_order(
    order_id: FromPath[UUID], actor: FromDishka[Actor], orders: FromDishka[PurchaseOrderReader]
) -> Response[PurchaseOrderView]:
    """One order with its lines and receipts."""
    found = await orders.order(actor, order_id)
    if found is None:
        raise NotFound("purchase_order_not_found", "no purchase order has this id")
    return _answer(Outcome(found))


@patch("/purchase-orders/{order_id:uuid}", opt=needs("purchase:write"))
async def change_purchase_order(
    order_id: FromPath[UUID],
    data: JSONBody[ChangeOrder],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[PurchaseOrderView]:
    """Changes a draft."""
    return _answer(await run(change_order, actor, (order_id, data, known_version(if_match))))


@delete("/purchase-orders/{order_id:uuid}", opt=needs("purchase:write"))
async def delete_purchase_order(
    order_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> None:
    """Throws a draft away; its number is not given again."""
    await run(delete_order, actor, (order_id, known_version(if_match)))


@post("/purchase-orders/{order_id:uuid}/submit", opt=needs("purchase:write"), status_code=200)
async def submit_purchase_order(
    order_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> Response[PurchaseOrderView]:
    """Hands a draft in: approved at once, or to be approved where it is worth more than the company's threshold."""
    return _answer(await run(submit_order, actor, (order_id, known_version(if_match))))


@post("/purchase-orders/{order_id:uuid}/approve", opt=needs("purchase:approve", keyed=True), status_code=200)
async def approve_purchase_order(
    order_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    if_match: IfMatch = None,
) -> Response[PurchaseOrderView]:
    """Agrees to an order that somebody else has handed in."""
    return _answer(await run(approve_order, actor, (order_id, known_version(if_match)), key))


@post("/purchase-orders/{order_id:uuid}/send", opt=needs("purchase:write", keyed=True), status_code=200)
async def send_purchase_order(
    order_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    data: JSONBody[SendOrder | None] = None,
    if_match: IfMatch = None,
) -> Response[PurchaseOrderView]:
    """Sends an approved order the way its supplier wants: by hand it is sent at once, else when the supplier has it; see `sending`."""
    return _answer(await run(send, actor, (order_id, data or SendOrder(), known_version(if_match)), key))


@post("/purchase-orders/{order_id:uuid}/acknowledge", opt=needs("purchase:write"), status_code=200)
async def acknowledge_purchase_order(
    order_id: FromPath[UUID],
    data: JSONBody[AcknowledgeOrder],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[PurchaseOrderView]:
    """Notes what the supplier answered: when it promises what, and its own number of the order."""
    return _answer(await run(acknowledge_order, actor, (order_id, data, known_version(if_match))))


@post("/purchase-orders/{order_id:uuid}/receive", opt=needs("purchase:receive", keyed=True), status_code=200)
async def receive_purchase_order(
    order_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    data: JSONBody[ReceiveOrder | None] = None,
    if_match: IfMatch = None,
) -> Response[PurchaseOrderView]:
    """Takes what came into stock, without a body all that is open."""
    wish = data or ReceiveOrder()
    return _answer(await run(receive_order, actor, (order_id, wish, known_version(if_match)), key))


@post(
    "/purchase-orders/{order_id:uuid}/receipts/{posting_id:uuid}/reverse",
    opt=needs("purchase:receive", keyed=True),
    status_code=200,
)
async def reverse_purchase_receipt(
    order_id: FromPath[UUID],
    posting_id: FromPath[UUID],
    data: JSONBody[TakeBackReceipt],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    if_match: IfMatch = None,
) -> Response[PurchaseOrderView]:
    """Takes back a receipt that was a mistake, named by its posting: its stock leaves again and its quantities are open again. Needs stock:reverse as well."""
    command = (order_id, posting_id, data, known_version(if_match))
    return _answer(await run(take_back_receipt, actor, command, key))


@post("/purchase-orders/{order_id:uuid}/close", opt=needs("purchase:write"), status_code=200)
async def close_purchase_order(
    order_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    data: JSONBody[EndOrder | None] = None,
    if_match: IfMatch = None,
) -> Response[PurchaseOrderView]:
    """Ends an order of which something arrived; with a reason where something is still open."""
    return _answer(await run(close_order, actor, (order_id, data or EndOrder(), known_version(if_match))))


@post("/purchase-orders/{order_id:uuid}/cancel", opt=needs("purchase:write"), status_code=200)
async def cancel_purchase_order(
    order_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    data: JSONBody[EndOrder | None] = None,
    if_match: IfMatch = None,
) -> Response[PurchaseOrderView]:
    """Gives up an order of which nothing arrived."""
    return _answer(await run(cancel_order, actor, (order_id, data or EndOrder(), known_version(if_match))))


router = DishkaRouter(
    "/",
    route_handlers=[
        create_purchase_order,
        list_purchase_orders,
        list_incoming,
        show_purchase_order,
        change_purchase_order,
        delete_purchase_order,
        submit_purchase_order,
        approve_purchase_order,
        send_purchase_order,
        acknowledge_purchase_order,
        receive_purchase_order,
        reverse_purchase_receipt,
        close_purchase_order,
        cancel_purchase_order,
    ],
    tags=["purchasing"],
)
