"""Plugins in the caller's company."""

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get, post
from litestar.params import FromPath, JSONBody

from apps.http.rules import needs
from core.commands.plugins import EnabledPlugin, EnablePlugin, disable_plugin, enable_plugin
from core.domain.access import Actor
from core.ports.doorbell import Doorbell
from core.ports.plugins import Installations, Plugins
from core.queries.paging import Page
from core.queries.plugins import PluginView, list_plugins


@get("/plugins", opt=needs("plugin:read"))
async def list_all_plugins(
    actor: FromDishka[Actor], plugins: FromDishka[Plugins], installations: FromDishka[Installations]
) -> Page[PluginView]:
    """The plugins that the operator installed, with their state here."""
    return Page(await list_plugins(plugins, installations, actor))


@post("/plugins/{plugin_id:str}/enable", opt=needs("plugin:write"), status_code=200)
async def enable_one_plugin(
    plugin_id: FromPath[str],
    data: JSONBody[EnablePlugin],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    installations: FromDishka[Installations],
    doorbell: FromDishka[Doorbell],
) -> EnabledPlugin:
    """Tries the settings at the other end and switches the plugin on, also again after a pause. Secrets are not taken yet."""
    return await enable_plugin(plugins, installations, doorbell, actor, plugin_id, data)


@post("/plugins/{plugin_id:str}/disable", opt=needs("plugin:write"), status_code=204)
async def disable_one_plugin(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    installations: FromDishka[Installations],
    doorbell: FromDishka[Doorbell],
) -> None:
    """Switches the plugin off; its settings stay."""
    await disable_plugin(installations, doorbell, actor, plugin_id)


router = DishkaRouter("/", route_handlers=[list_all_plugins, enable_one_plugin, disable_one_plugin], tags=["plugins"])
