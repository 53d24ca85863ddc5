"""What has become of the events for a plugin, and the address at which others reach it."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from adapters.plugin_loader.surroundings import Surroundings
from apps.http.answer import Answer
from apps.http.cookies import NO_STORE
from apps.http.parameters import Cursor, Limit
from apps.http.rules import needs
from core.commands.plugin_upkeep import Redelivered, redeliver, rotate_hook
from core.domain.access import Actor
from core.ports.doorbell import Doorbell
from core.ports.plugins import Installations, Plugins
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.plugins import DeliveryState, PluginDelivery, PluginLog, plugin_deliveries

State = Annotated[DeliveryState | None, QueryParameter(name="state")]


class HookAddress(msgspec.Struct, frozen=True):
    """Where the other side reaches the plugin from now on; null where the server has no public address."""

    hook_url: str | None

    def __repr__(self) -> str:
        return "HookAddress()"


@get("/plugins/{plugin_id:str}/deliveries", opt=needs("plugin:read"))
async def list_plugin_deliveries(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    log: FromDishka[PluginLog],
    in_state: State = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[PluginDelivery]:
    """What became of the events for the plugin's reactions, the newest first. What is done is kept for a while."""
    return await plugin_deliveries(plugins, log, actor, plugin_id, in_state, limit, cursor)


@post("/plugins/{plugin_id:str}/deliveries/{event_id:uuid}/redeliver", opt=needs("plugin:write"), status_code=202)
async def redeliver_to_plugin(
    plugin_id: FromPath[str],
    event_id: FromPath[UUID],
    actor: FromDishka[Actor],
    installations: FromDishka[Installations],
    doorbell: FromDishka[Doorbell],
) -> Redelivered:
    """Tells the plugin of an event once more, with a whole new schedule of tries; one that waits is tried at once."""
    return await redeliver(installations, doorbell, actor, plugin_id, event_id)


@post(
    "/plugins/{plugin_id:str}/hook/rotate",
    opt=needs("plugin:write", recent=True),
    status_code=200,
    cache_control=NO_STORE,
)
async def rotate_plugin_hook(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    installations: FromDishka[Installations],
    surroundings: FromDishka[Surroundings],
    doorbell: FromDishka[Doorbell],
) -> Response[HookAddress]:
    """Gives the plugin another secret address; what comes to the old one is turned away from now on. A storefront is set up anew, so that
    it learns of it; for others, tell it to the other side."""
    token = await rotate_hook(plugins, installations, doorbell, actor, plugin_id)
    return Answer(HookAddress(surroundings.hook_url(plugin_id, token)))


router = DishkaRouter(
    "/", route_handlers=[list_plugin_deliveries, redeliver_to_plugin, rotate_plugin_hook], tags=["plugins"]
)
