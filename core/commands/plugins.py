"""Switching plugins on and off in a company."""

from collections.abc import Awaitable, Mapping
from typing import Any

import msgspec

from core.domain.access import Actor
from core.domain.errors import Conflict
from core.ports.calling import Answer, answer_of
from core.ports.doorbell import Doorbell
from core.ports.failures import PermanentlyRejected, PortFailure
from core.ports.plugins import Installations, OpenPlugin, Plugins
from core.ports.storefront import Item, Storefront

CHECK_SECONDS = 30.0  # for the check and for the list of items together
MAX_ITEMS = 100_000


class EnablePlugin(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The plugin's settings, whole."""

    settings: dict[str, Any] = {}


class EnabledPlugin(msgspec.Struct, frozen=True):
    """`items` counts what the storefront sells, `linked` how much of that has a product of the same SKU here."""

    id: str
    items: int = 0
    linked: int = 0


async def enable_plugin(
    plugins: Plugins,
    installations: Installations,
    doorbell: Doorbell,
    actor: Actor,
    plugin_id: str,
    command: EnablePlugin,
) -> EnabledPlugin:
    """Checks the settings at the other end and switches the plugin on; a storefront gets all its levels pushed.

    Conflict `plugin_check_failed` when the other end does not play along; then nothing has changed.
    """
    actor.require("plugin:write")
    at_work = _open(plugins, actor, plugin_id, command.settings)
    if at_work.message_sender is not None:
        await _answered(at_work.message_sender.check())
    if at_work.storefront is None:
        await installations.enable(actor.company, plugin_id, command.settings, by=actor)
        return EnabledPlugin(plugin_id)
    items = await _answered(_checked(at_work.storefront))
    linked = await installations.enable_storefront(
        actor.company, plugin_id, command.settings, items, at_work.locations, by=actor
    )
    doorbell.ring(actor.company)
    return EnabledPlugin(plugin_id, len(items), linked)


async def disable_plugin(installations: Installations, doorbell: Doorbell, actor: Actor, plugin_id: str) -> None:
    """Switches the plugin off: it gets nothing more, and what waited for it is given up."""
    actor.require("plugin:write")
    await installations.disable(actor.company, plugin_id, by=actor)
    doorbell.ring(actor.company)


def _open(plugins: Plugins, actor: Actor, plugin_id: str, settings: Mapping[str, object]) -> OpenPlugin:
    try:
        return plugins.open(plugin_id, actor.company, settings)
    except PortFailure as failure:
        raise _refused(failure) from failure


async def _answered(call: Awaitable[Answer]) -> Answer:
    try:
        return await answer_of(call, CHECK_SECONDS)
    except Exception as failure:  # foreign code may raise anything
        raise _refused(failure) from failure


async def _checked(storefront: Storefront) -> list[Item]:
    """All items once the check has passed. One that comes again, because the list changed between two pages, counts once."""
    await storefront.check()
    items: dict[str, Item] = {}
    cursor, ended = None, False
    while not ended:
        page = await storefront.items(cursor)
        items |= {item.id: item for item in page.items}
        cursor, ended = page.next_cursor, page.next_cursor is None
        if len(items) > MAX_ITEMS:
            raise PermanentlyRejected(f"the storefront has more than {MAX_ITEMS} items")
    return list(items.values())


def _refused(failure: Exception) -> Conflict:
    reason = f"{type(failure).__name__}: {failure}"
    return Conflict("plugin_check_failed", reason, details={"failure": type(failure).__name__})
