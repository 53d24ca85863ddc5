"""Seeing to a plugin that is at work: its deliveries, its address."""

from uuid import UUID

import msgspec

from core.commands.plugin_checks import opened
from core.commands.plugin_settings import kept_settings
from core.domain.access import Actor
from core.domain.errors import Conflict, NotFound
from core.domain.plugin import require_sight
from core.ports.doorbell import Doorbell
from core.ports.plugins import Installations, InstallationState, NewSettings, Plugins


class Redelivered(msgspec.Struct, frozen=True):
    """How many of the plugin's reactions are told once more."""

    reactions: int


async def redeliver(
    installations: Installations, doorbell: Doorbell, actor: Actor, plugin_id: str, event_id: UUID
) -> Redelivered:
    """Raises NotFound where the plugin was never to be told of it, and Conflict `plugin_not_enabled`."""
    actor.require("plugin:write")
    require_sight(actor)
    report = await installations.report(actor.company, plugin_id)
    if report is not None and report.state is InstallationState.DISABLED:
        raise Conflict("plugin_not_enabled", "nothing is told to a plugin that is switched off")
    told = await installations.redeliver(actor.company, plugin_id, event_id, by=actor) if report else 0
    if not told:
        raise NotFound("delivery_not_found", "the plugin was not told of this event, or it was forgotten since")
    doorbell.ring(actor.company)
    return Redelivered(told)


async def rotate_hook(
    plugins: Plugins, installations: Installations, doorbell: Doorbell, actor: Actor, plugin_id: str
) -> str:
    """Another secret address, at once; a storefront at work is set up anew, so that it learns of it. Raises NotFound where the plugin has
    none."""
    actor.require("plugin:write")
    token = await installations.rotate_hook(actor.company, plugin_id, by=actor)
    found = await installations.find(actor.company, plugin_id)
    if found is not None and found.is_at_work and plugin_id in plugins.storefronts():
        kept = await kept_settings(installations, actor.company, plugin_id)
        wishes = opened(plugins, actor, plugin_id, found.settings, token).storefront_settings
        await installations.enable(actor.company, plugin_id, NewSettings(kept.settings), storefront=wishes, by=actor)
    doorbell.ring(actor.company)
    return token
