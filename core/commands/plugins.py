"""Switching plugins on and off in a company, and taking them away."""

from typing import Any

import msgspec

from core.commands.plugin_checks import checked, opened
from core.commands.plugin_requirements import require_nobody_needs, see_to_required
from core.commands.plugin_settings import Kept, Wish, kept_settings, require_foreign, wish_of
from core.domain.access import Actor
from core.ports.doorbell import Doorbell
from core.ports.plugins import Installations, InstallationState, Plugins


class EnablePlugin(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The plugin's settings, whole, but that secrets which are not named stay as they are; without settings those that are kept count.
    `with_required`: the plugins that it requires are switched on before it, if they need no settings."""

    settings: dict[str, Any] | None = None
    with_required: bool = False

    def __repr__(self) -> str:
        return f"EnablePlugin(with_required={self.with_required})"


class ChangeSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The settings that change. Null takes one away."""

    settings: dict[str, Any]

    def __repr__(self) -> str:
        return "ChangeSettings()"


class EnabledPlugin(msgspec.Struct, frozen=True):
    """`account` is what a storefront calls itself; `required` are the plugins that were switched on for it."""

    id: str
    account: str | None = None
    required: list[str] = []


async def enable_plugin(
    plugins: Plugins,
    installations: Installations,
    doorbell: Doorbell,
    actor: Actor,
    plugin_id: str,
    command: EnablePlugin,
) -> EnabledPlugin:
    """Checks the settings at the other end and switches the plugin on; a storefront is set up anew, which the worker does.

    Conflict `plugin_check_failed` when the other end does not play along, `plugin_requires` with every `missing` one, and
    `required_needs_settings`; then nothing has changed, but for required ones that were switched on before it.
    """
    actor.require("plugin:write")
    require_foreign(plugin_id, is_built_in=plugins.info(plugin_id).is_built_in)
    form = plugins.form(plugin_id)
    missing = await see_to_required(plugins, installations, actor, plugin_id, with_required=command.with_required)
    for required in missing:
        await enable_plugin(plugins, installations, doorbell, actor, required, EnablePlugin())
    kept = await kept_settings(installations, actor.company, plugin_id)
    given = kept.settings if command.settings is None else command.settings
    made = await _switch_on(plugins, installations, actor, plugin_id, wish_of(form, kept, given, changes=False), kept)
    doorbell.ring(actor.company)
    return msgspec.structs.replace(made, required=missing)


async def change_settings(
    plugins: Plugins,
    installations: Installations,
    doorbell: Doorbell,
    actor: Actor,
    command: tuple[str, ChangeSettings, int | None],
) -> None:
    """Changes settings. Those of a plugin at work are tried at the other end first; else they are only looked at. Raises Invalid with every
    fault, `StaleVersion`, Conflict `plugin_check_failed`."""
    plugin_id, change, version = command
    actor.require("plugin:write")
    require_foreign(plugin_id, is_built_in=plugins.info(plugin_id).is_built_in)
    form, kept = plugins.form(plugin_id), await kept_settings(installations, actor.company, plugin_id)
    wish = wish_of(form, kept, change.settings, changes=True, version=version)
    if kept.state is InstallationState.ENABLED:
        await _switch_on(plugins, installations, actor, plugin_id, wish, kept)
        doorbell.ring(actor.company)
        return
    opened(plugins, actor, plugin_id, wish.whole, kept.hook_token)
    await installations.keep(actor.company, plugin_id, wish.new, by=actor)


async def _switch_on(
    plugins: Plugins, installations: Installations, actor: Actor, plugin_id: str, wish: Wish, kept: Kept
) -> EnabledPlugin:
    at_work = opened(plugins, actor, plugin_id, wish.whole, kept.hook_token)
    account = await checked(at_work)
    wishes, has_hook = at_work.storefront_settings, at_work.webhooks is not None
    await installations.enable(actor.company, plugin_id, wish.new, storefront=wishes, has_hook=has_hook, by=actor)
    return EnabledPlugin(plugin_id, account.name if account else None)


async def disable_plugin(
    plugins: Plugins, installations: Installations, doorbell: Doorbell, actor: Actor, plugin_id: str
) -> None:
    """Switches the plugin off: it gets nothing more, and what waited for it is given up. Its settings stay. Raises NotFound, and Conflict
    `plugin_required` that says by which."""
    actor.require("plugin:write")
    await require_nobody_needs(plugins, installations, actor, plugin_id)
    await installations.disable(actor.company, plugin_id, by=actor)
    doorbell.ring(actor.company)
