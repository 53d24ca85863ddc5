"""Orders of storefronts and of other shops: what is reserved for them, what of them is sold, what they lack."""

from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, Limit, OptionalInstant, Text, require_zone
from apps.http.rules import needs
from core.commands.channel_order_import import ImportOrder, import_order
from core.commands.channel_order_settling import SettleOrder, settle_order
from core.domain.access import Actor
from core.domain.channel_order import OrderState
from core.domain.errors import NotFound
from core.ports.channel_orders import ChannelOrderView
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Run
from core.queries.channel_orders import ChannelOrderFilter, ChannelOrderReader, ChannelOrderSummary
from core.queries.paging import DEFAULT_LIMIT, Page


@post("/channel-orders", opt=needs("channel_order:import", keyed=True))
async def import_channel_order(
    data: JSONBody[ImportOrder], actor: FromDishka[Actor], run: FromDishka[Run], key: FromDishka[IdempotencyKey]
) -> Response[ChannelOrderView]:
    """Takes in an order of a shop, the whole of it as it is now; 200 for one that is known already. What lacks is a state, not a fault."""
    done = await run(import_order, actor, data, key)
    status_code = 201 if done.result.created else 200
    return replayable(done.result.order, replayed=done.replayed, status_code=status_code)


@get("/channel-orders", opt=needs("channel_order:read"))
async def list_channel_orders(
    actor: FromDishka[Actor],
    orders: FromDishka[ChannelOrderReader],
    channel: Text = None,
    states: Annotated[list[OrderState] | None, QueryParameter(name="state")] = None,
    site: Text = None,
    since: OptionalInstant = None,
    until: OptionalInstant = None,
    q: Text = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ChannelOrderSummary]:
    """Orders of the sites within reach, those that were placed last first; `since` and `until` are of their placing, `q` is a text in their
    number or buyer, their id, or a SKU."""
    require_zone(since=since, until=until)
    wanted = ChannelOrderFilter(channel, states or (), site, since, until, q)
    return await orders.orders(actor, wanted, limit, cursor, total=bool(include))


@get("/channel-orders/{order_id:uuid}", opt=needs("channel_order:read"))
async def show_channel_order(
    order_id: FromPath[UUID], actor: FromDishka[Actor], orders: FromDishka[ChannelOrderReader]
) -> ChannelOrderView:
    """One order with its lines, reservations, postings, what it lacks, and what happened to it."""
    found = await orders.order(actor, order_id)
    if found is None:
        raise NotFound("channel_order_not_found", "no order has this id")
    return found


@post("/channel-orders/{order_id:uuid}/settle", opt=needs("channel_order:settle", keyed=True), status_code=200)
async def settle_channel_order(
    order_id: FromPath[UUID],
    data: JSONBody[SettleOrder],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
) -> Response[ChannelOrderView]:
    """Says, with a reason, that what left or came back and is not posted needs no posting any more: a count has seen to it, for instance."""
    done = await run(settle_order, actor, (order_id, data), key)
    return replayable(done.result, replayed=done.replayed, status_code=200)


router = DishkaRouter(
    "/",
    route_handlers=[import_channel_order, list_channel_orders, show_channel_order, settle_channel_order],
    tags=["channel-orders"],
)
