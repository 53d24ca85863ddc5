"""Storefronts: what they sell, what they show, and what people decide about that."""

from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from apps.http.parameters import Cursor, Limit, Text
from apps.http.rules import needs
from core.commands.channel_items import (
    DecidedItem,
    DecidedItems,
    DecideItems,
    ItemDecision,
    LevelsToRead,
    LinkItem,
    ResolveLink,
    ask_for_import,
    ask_for_reading,
    decide_items,
    resolve_link,
)
from core.commands.channel_places import LocationView, channel_locations
from core.commands.plugin_work import PluginWork
from core.domain.access import Actor
from core.ports.doorbell import Doorbell
from core.ports.storage import Run
from core.queries.channels import (
    ChannelItemView,
    ChannelLinkView,
    ChannelReader,
    ChannelView,
    ItemState,
    LinkState,
)
from core.queries.paging import DEFAULT_LIMIT, Page

OfItem = Annotated[ItemState | None, QueryParameter(name="state")]
OfLink = Annotated[LinkState | None, QueryParameter(name="state")]


@get("/channels", opt=needs("plugin:read"))
async def list_channels(actor: FromDishka[Actor], channels: FromDishka[ChannelReader]) -> Page[ChannelView]:
    """The storefronts that were ever switched on: how far their set-up is, what they sell, how their levels stand."""
    return Page(await channels.channels(actor))


@get("/channels/{plugin_id:str}/locations", opt=needs("plugin:read"))
async def list_channel_locations(
    plugin_id: FromPath[str], actor: FromDishka[Actor], work: FromDishka[PluginWork]
) -> Page[LocationView]:
    """The places from which the storefront sells, asked for now."""
    return Page(await channel_locations(work, actor, plugin_id))


@get("/channels/{plugin_id:str}/items", opt=needs("plugin:read"))
async def list_channel_items(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    channels: FromDishka[ChannelReader],
    in_state: OfItem = None,
    q: Text = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ChannelItemView]:
    """What the storefront sells, by SKU; those to be reviewed are `unmatched` or `ambiguous`."""
    return await channels.items(actor, plugin_id, in_state, q, limit, cursor)


@post("/channels/{plugin_id:str}/items/decide", opt=needs("plugin:write"), status_code=200)
async def decide_channel_items(
    plugin_id: FromPath[str],
    data: JSONBody[DecideItems],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    doorbell: FromDishka[Doorbell],
) -> DecidedItems:
    """Decides about up to 500 items at once: all of it takes effect, or none. Making products needs `product:write` too."""
    decided = (await run(decide_items, actor, (plugin_id, data))).result
    doorbell.ring(actor.company)
    return decided


async def _decide(
    run: Run,
    doorbell: Doorbell,
    actor: Actor,
    plugin_id: str,
    item: UUID,
    what: Literal["link", "ignore", "create"],
    product: str | None = None,
) -> DecidedItem:
    command = DecideItems([ItemDecision(item, what, product)])
    decided = (await run(decide_items, actor, (plugin_id, command))).result
    doorbell.ring(actor.company)
    return decided.items[0]


@post("/channels/{plugin_id:str}/items/{item_id:uuid}/link", opt=needs("plugin:write"), status_code=200)
async def link_channel_item(
    plugin_id: FromPath[str],
    item_id: FromPath[UUID],
    data: JSONBody[LinkItem],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    doorbell: FromDishka[Doorbell],
) -> DecidedItem:
    """Ties an item to a product, whatever its SKU says."""
    return await _decide(run, doorbell, actor, plugin_id, item_id, "link", data.product)


@post("/channels/{plugin_id:str}/items/{item_id:uuid}/ignore", opt=needs("plugin:write"), status_code=200)
async def ignore_channel_item(
    plugin_id: FromPath[str],
    item_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    doorbell: FromDishka[Doorbell],
) -> DecidedItem:
    """Leaves an item alone, whatever its SKU says."""
    return await _decide(run, doorbell, actor, plugin_id, item_id, "ignore")


@post("/channels/{plugin_id:str}/items/{item_id:uuid}/create", opt=needs("plugin:write"), status_code=200)
async def create_product_of_channel_item(
    plugin_id: FromPath[str],
    item_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    doorbell: FromDishka[Doorbell],
) -> DecidedItem:
    """Makes a product of an item, which takes product:write too: its SKU, title, barcode and price."""
    return await _decide(run, doorbell, actor, plugin_id, item_id, "create")


@post("/channels/{plugin_id:str}/import", opt=needs("plugin:write"), status_code=202)
async def import_channel_items(
    plugin_id: FromPath[str], actor: FromDishka[Actor], run: FromDishka[Run], doorbell: FromDishka[Doorbell]
) -> None:
    """Has all items of the storefront read again."""
    await run(ask_for_import, actor, plugin_id)
    doorbell.ring(actor.company)


@post("/channels/{plugin_id:str}/reconcile", opt=needs("plugin:write"), status_code=202)
async def reconcile_channel(
    plugin_id: FromPath[str], actor: FromDishka[Actor], run: FromDishka[Run], doorbell: FromDishka[Doorbell]
) -> LevelsToRead:
    """Has all levels that the storefront shows read again and compared with ours. Returns how many."""
    asked = (await run(ask_for_reading, actor, plugin_id)).result
    doorbell.ring(actor.company)
    return asked


@get("/channels/{plugin_id:str}/links", opt=needs("plugin:read"))
async def list_channel_links(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    channels: FromDishka[ChannelReader],
    in_state: OfLink = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ChannelLinkView]:
    """The levels that the storefront shows; those in `attention` wait for somebody."""
    return await channels.links(actor, plugin_id, in_state, limit, cursor)


@post("/channels/{plugin_id:str}/links/{link_id:uuid}/resolve", opt=needs("plugin:write"), status_code=204)
async def resolve_channel_link(
    plugin_id: FromPath[str],
    link_id: FromPath[UUID],
    data: JSONBody[ResolveLink],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    doorbell: FromDishka[Doorbell],
) -> None:
    """Decides about a level that waits: ours goes out again, or theirs stands until our stock changes."""
    await run(resolve_link, actor, (plugin_id, link_id, data))
    doorbell.ring(actor.company)


router = DishkaRouter(
    "/",
    route_handlers=[
        list_channels,
        list_channel_locations,
        list_channel_items,
        decide_channel_items,
        link_channel_item,
        ignore_channel_item,
        create_product_of_channel_item,
        import_channel_items,
        reconcile_channel,
        list_channel_links,
        resolve_channel_link,
    ],
    tags=["channels"],
)
