"""Plugins in the caller's company: what there is, and the switches."""

from typing import Annotated

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from adapters.plugin_loader.surroundings import Surroundings
from apps.http.answer import Answer
from apps.http.parameters import IfMatch
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.plugin_checks import CheckedPlugin, CheckPlugin, check_plugin
from core.commands.plugin_removal import Data, remove_plugin
from core.commands.plugins import (
    ChangeSettings,
    EnabledPlugin,
    EnablePlugin,
    change_settings,
    disable_plugin,
    enable_plugin,
)
from core.domain.access import Actor
from core.ports.clock import Clock
from core.ports.doorbell import Doorbell
from core.ports.plugins import Installations, Plugins
from core.queries.paging import Page
from core.queries.plugins import (
    PluginData,
    PluginLog,
    PluginView,
    SettingsView,
    export_plugin,
    list_plugins,
    plugin_view,
    settings_view,
)

Fate = Annotated[Data, QueryParameter(name="data", description="What becomes of what the plugin knows")]
_READ, _WRITE = needs("plugin:read"), needs("plugin:write")


@get("/plugins", opt=_READ)
async def list_all_plugins(
    actor: FromDishka[Actor], plugins: FromDishka[Plugins], installations: FromDishka[Installations]
) -> Page[PluginView]:
    """The plugins that the operator installed and what is built in, with their state here."""
    return Page(await list_plugins(plugins, installations, actor))


@get("/plugins/{plugin_id:str}", opt=_READ)
async def show_plugin(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    installations: FromDishka[Installations],
) -> PluginView:
    """One plugin."""
    return await plugin_view(plugins, installations, actor, plugin_id)


async def _settings(
    plugins: Plugins, installations: Installations, actor: Actor, plugin_id: str, surroundings: Surroundings
) -> Response[SettingsView]:
    found = await installations.find(actor.company, plugin_id) if actor.may("plugin:write") else None
    address = surroundings.hook_url(plugin_id, found.hook_token if found else None)
    view = await settings_view(plugins, installations, actor, plugin_id, address)
    return Answer(view, headers={"ETag": etag(view.version)})


@get("/plugins/{plugin_id:str}/settings", opt=_READ)
async def show_plugin_settings(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    installations: FromDishka[Installations],
    surroundings: FromDishka[Surroundings],
) -> Response[SettingsView]:
    """What the plugin can be told, for a form, and what it was told; of secrets only that they are set. Who may write sees its address."""
    return await _settings(plugins, installations, actor, plugin_id, surroundings)


@patch("/plugins/{plugin_id:str}/settings", opt=_WRITE)
async def change_plugin_settings(
    plugin_id: FromPath[str],
    data: JSONBody[ChangeSettings],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    installations: FromDishka[Installations],
    doorbell: FromDishka[Doorbell],
    surroundings: FromDishka[Surroundings],
    if_match: IfMatch = None,
) -> Response[SettingsView]:
    """Changes settings; null takes one away, and a secret that is not named stays. Of a plugin at work they are tried at the other end
    first."""
    command = (plugin_id, data, known_version(if_match))
    await change_settings(plugins, installations, doorbell, actor, command)
    return await _settings(plugins, installations, actor, plugin_id, surroundings)


@post("/plugins/{plugin_id:str}/check", opt=_WRITE, status_code=200)
async def check_one_plugin(
    plugin_id: FromPath[str],
    data: JSONBody[CheckPlugin],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    installations: FromDishka[Installations],
) -> CheckedPlugin:
    """Tries the settings at the other end, with those of the request on top, and changes nothing."""
    return await check_plugin(plugins, installations, actor, plugin_id, data)


@post("/plugins/{plugin_id:str}/enable", opt=_WRITE, status_code=200)
async def enable_one_plugin(
    plugin_id: FromPath[str],
    data: JSONBody[EnablePlugin],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    installations: FromDishka[Installations],
    doorbell: FromDishka[Doorbell],
) -> EnabledPlugin:
    """Tries the settings at the other end and switches the plugin on, also again after a pause."""
    return await enable_plugin(plugins, installations, doorbell, actor, plugin_id, data)


@post("/plugins/{plugin_id:str}/disable", opt=_WRITE, status_code=204)
async def disable_one_plugin(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    installations: FromDishka[Installations],
    doorbell: FromDishka[Doorbell],
) -> None:
    """Switches the plugin off; its settings stay."""
    await disable_plugin(plugins, installations, doorbell, actor, plugin_id)


@get("/plugins/{plugin_id:str}/data", opt=_WRITE)
async def export_plugin_data(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    installations: FromDishka[Installations],
    log: FromDishka[PluginLog],
    clock: FromDishka[Clock],
) -> Response[PluginData]:
    """All that the plugin knows here, as a file; secrets are left out."""
    known = await export_plugin(installations, log, clock, actor, plugin_id)
    return Answer(known, headers=_as_file(known))


@delete("/plugins/{plugin_id:str}", opt=_WRITE, status_code=200)
async def remove_one_plugin(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    plugins: FromDishka[Plugins],
    installations: FromDishka[Installations],
    doorbell: FromDishka[Doorbell],
    log: FromDishka[PluginLog],
    clock: FromDishka[Clock],
    fate: Fate = "keep",
) -> Response[PluginData | None]:
    """Switches the plugin off and forgets its settings, secrets and address. What it knows stays (`keep`), is forgotten (`drop`), or is
    answered with once more and forgotten (`export`)."""
    last = await export_plugin(installations, log, clock, actor, plugin_id) if fate == "export" else None
    await remove_plugin(plugins, installations, doorbell, actor, plugin_id, drop=fate != "keep")
    return Answer(last, status_code=200, headers=_as_file(last) if last else None)


def _as_file(data: PluginData) -> dict[str, str]:
    name = f"{data.plugin}-{data.exported_at:%Y-%m-%d}.json"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


router = DishkaRouter(
    "/",
    route_handlers=[
        list_all_plugins,
        show_plugin,
        show_plugin_settings,
        change_plugin_settings,
        check_one_plugin,
        enable_one_plugin,
        disable_one_plugin,
        export_plugin_data,
        remove_one_plugin,
    ],
    tags=["plugins"],
)
