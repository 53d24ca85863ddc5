"""Trying a plugin's settings at the other end. Nothing is changed there or here."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, runtime_checkable

import msgspec

from core.commands.plugin_settings import kept_settings, require_foreign, wish_of
from core.domain.access import Actor
from core.domain.errors import Conflict
from core.ports.calling import Answer, answer_of, begun
from core.ports.failures import PortFailure
from core.ports.plugins import Installations, OpenPlugin, Plugins
from core.ports.storefront import Account

CHECK_SECONDS = 30.0
LONGEST_WORDS = 500


class CheckPlugin(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Settings to try, on top of those that are kept; without any, the kept ones are tried."""

    settings: dict[str, Any] = {}

    def __repr__(self) -> str:
        return "CheckPlugin()"


class CheckedPlugin(msgspec.Struct, frozen=True):
    """Whether the settings work. If not, `failure` is its kind and `problem` what was said; if so, `account` is what a storefront calls
    itself, and `currency` what its prices are in."""

    works: bool
    failure: str | None = None
    problem: str | None = None
    account: str | None = None
    currency: str | None = None


@runtime_checkable
class Checkable(Protocol):
    """What can say by itself whether its settings work."""

    def check(self) -> Awaitable[object]: ...


async def check_plugin(
    plugins: Plugins, installations: Installations, actor: Actor, plugin_id: str, command: CheckPlugin
) -> CheckedPlugin:
    """Tries settings. Raises NotFound, Conflict `plugin_quarantined`, and Invalid with every fault of the settings."""
    actor.require("plugin:write")
    require_foreign(plugin_id, is_built_in=plugins.info(plugin_id).is_built_in)
    kept = await kept_settings(installations, actor.company, plugin_id)
    wish = wish_of(plugins.form(plugin_id), kept, command.settings, changes=True)
    try:
        account = await checked(opened(plugins, actor, plugin_id, wish.whole, kept.hook_token))
    except Conflict as refusal:
        if refusal.code != "plugin_check_failed":
            raise
        result = CheckedPlugin(False, str(refusal.details["failure"]), str(refusal))
    else:
        result = (
            CheckedPlugin(True, account=account.name, currency=account.currency) if account else CheckedPlugin(True)
        )
    if not command.settings:
        await installations.checked(actor.company, plugin_id, result.problem)
    return result


def opened(
    plugins: Plugins, actor: Actor, plugin_id: str, settings: Mapping[str, object], hook_token: str | None
) -> OpenPlugin:
    """The plugin with these settings. Raises Conflict `plugin_check_failed` where it cannot work with them."""
    try:
        return plugins.open(plugin_id, actor.company, settings, hook_token)
    except PortFailure as failure:
        raise _refused(failure) from failure


async def checked(plugin: OpenPlugin) -> Account | None:
    """What a storefront says of itself. Raises Conflict `plugin_check_failed` where the other end does not play along. What cannot be
    checked is taken to work."""
    account = await answered(plugin.storefront.check) if plugin.storefront else None
    for part in (plugin.message_sender, plugin.mail_sender, plugin.supplier_ordering, plugin.notification_channel):
        if isinstance(part, Checkable):
            await answered(part.check)
    return account if isinstance(account, Account) else None


async def answered(call: Callable[[], Awaitable[Answer]], seconds: float = CHECK_SECONDS) -> Answer:
    """What foreign code answers. Raises Conflict `plugin_check_failed` whatever it raises."""
    try:
        return await answer_of(begun(call), seconds)
    except Exception as failure:
        raise _refused(failure) from failure


def _refused(failure: Exception) -> Conflict:
    reason = f"{type(failure).__name__}: {failure}"[:LONGEST_WORDS]
    return Conflict("plugin_check_failed", reason, details={"failure": type(failure).__name__})
