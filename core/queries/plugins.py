"""The plugins as an administrator sees them."""

import msgspec

from core.domain.access import Actor
from core.ports.plugins import InstallationReport, Installations, PluginInfo, Plugins


class PluginView(msgspec.Struct, frozen=True):
    """A plugin in a company. `state` is enabled, paused, disabled, or quarantined where it could not be loaded; `problem` says
    why it is paused or quarantined, `trouble` why the last push to the storefront failed (it is tried again). `dead` counts
    deliveries that were given up, `refused` levels that the storefront will not take."""

    id: str
    title: str
    kind: str
    version: str
    state: str
    problem: str | None
    trouble: str | None
    dead: int
    refused: int


async def list_plugins(plugins: Plugins, installations: Installations, actor: Actor) -> list[PluginView]:
    """All plugins of this process, by id."""
    actor.require("plugin:read")
    known = {one.plugin_id: one for one in await installations.all(actor.company)}
    return [_view(info, known.get(info.id)) for info in plugins.all()]


def _view(info: PluginInfo, installation: InstallationReport | None) -> PluginView:
    state = installation.state.value if installation else "disabled"
    return PluginView(
        id=info.id,
        title=info.title,
        kind=info.kind,
        version=info.version,
        state="quarantined" if info.fault else state,
        problem=info.fault or (installation.problem if installation else None),
        trouble=installation.trouble if installation else None,
        dead=installation.dead if installation else 0,
        refused=installation.refused if installation else 0,
    )
