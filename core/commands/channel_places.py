"""Asking a storefront for the places from which it sells."""

import msgspec

from core.commands.plugin_work import PluginWork
from core.domain.access import Actor
from core.domain.errors import Conflict, NotFound
from core.ports.failures import PortFailure

SECONDS = 15.0


class LocationView(msgspec.Struct, frozen=True):
    """A place from which the storefront sells, and the code of the site that is shown there, if any."""

    id: str
    name: str
    active: bool
    site: str | None


async def channel_locations(work: PluginWork, actor: Actor, plugin_id: str) -> list[LocationView]:
    """All places of a storefront, asked for now. Conflict `plugin_check_failed` where it does not answer."""
    actor.require("plugin:read")
    try:
        at_work = await work.open(actor.company, plugin_id)
        storefront = at_work.plugin.storefront
        if storefront is None:
            raise NotFound("channel_not_found", "this plugin brings no storefront")
        found = await at_work.answer(storefront.locations(), SECONDS)
    except PortFailure as failure:
        reason = f"{type(failure).__name__}: {failure}"
        raise Conflict("plugin_check_failed", reason, details={"failure": type(failure).__name__}) from failure
    sites = {location: code for code, location in at_work.plugin.locations.items()}
    return [LocationView(place.id, place.name, place.active, sites.get(place.id)) for place in found]
