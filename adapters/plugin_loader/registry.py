"""The plugins that the operator allows, loaded one by one: one that fails is put into quarantine and the others go on."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from uuid import UUID

import msgspec

from adapters.plugin_loader.loading import BuiltIn, LoadedPlugin, UnfitPlugin, load_built_in, load_plugin
from adapters.plugin_loader.opening import at_work
from adapters.plugin_loader.surroundings import Surroundings
from core.domain.errors import Conflict, DomainError, NotFound
from core.domain.notification_news import NEWS_EVENT_TYPES
from core.plugin.manifest import GROUP
from core.plugin.settings import secret_fields, settings_schema
from core.ports.plugins import OpenPlugin, PluginInfo, SettingsForm, Subscription

CAPACITY = 1_000  # plugins kept at work, over all companies
CORE = "core"  # whose the reactions of what is built in are

_Given = tuple[Mapping[str, object], str | None]

_logger = logging.getLogger(__name__)


def load_plugins(
    allowed: Iterable[str],
    core_version: str,
    surroundings: Surroundings | None = None,
    built_in: Iterable[BuiltIn] = (),
) -> "PluginRegistry":
    """Loads what is built in and the installed plugins of these ids. Never raises for the latter: what is wrong with one is its
    `fault`."""
    registry = PluginRegistry(surroundings)
    for one in built_in:
        registry.add(load_built_in(one, core_version))
    installed = entry_points(group=GROUP)
    for plugin_id in allowed:
        _try(registry, plugin_id, installed.select(name=plugin_id), core_version)
    registry.quarantine_dependants()
    return registry


def _try(registry: "PluginRegistry", plugin_id: str, found: Iterable[EntryPoint], core_version: str) -> None:
    try:
        candidates = list(found)
        if len(candidates) != 1:
            raise UnfitPlugin("it is installed twice" if candidates else "it is not installed")
        registry.add(load_plugin(candidates[0], core_version))
    except (Exception, SystemExit) as error:
        registry.quarantine(plugin_id, _reason(error))


def _reason(error: BaseException) -> str:
    if isinstance(error, UnfitPlugin):
        return str(error)
    if isinstance(error, DomainError) and error.faults:
        return "; ".join(f"{fault.pointer}: {fault.detail}" for fault in error.faults)
    return f"{type(error).__name__}: {error}"


class PluginRegistry:
    """`Plugins` of this process."""

    def __init__(self, surroundings: Surroundings | None = None) -> None:
        self._surroundings = surroundings or Surroundings()
        self._loaded: dict[str, LoadedPlugin] = {}
        self._faults: dict[str, str] = {}
        self._open: dict[tuple[str, UUID], tuple[_Given, OpenPlugin]] = {}

    def add(self, plugin: LoadedPlugin) -> None:
        self._loaded[plugin.manifest.id] = plugin

    def quarantine(self, plugin_id: str, reason: str) -> None:
        """Takes the plugin out and says why."""
        _logger.warning("plugin %s is in quarantine: %s", plugin_id, reason)
        self._loaded.pop(plugin_id, None)
        self._faults[plugin_id] = reason

    def quarantine_dependants(self) -> None:
        """Takes out what requires plugins that are not loaded, until nothing does."""
        while lacking := {name: gone for name, plugin in self._loaded.items() if (gone := self._missing(plugin))}:
            for plugin_id, missing in lacking.items():
                self.quarantine(plugin_id, f"it requires {', '.join(missing)}")

    def _missing(self, plugin: LoadedPlugin) -> list[str]:
        return [required for required in plugin.manifest.requires if required not in self._loaded]

    def all(self) -> Sequence[PluginInfo]:
        loaded = [plugin.info for plugin in self._loaded.values()]
        broken = [PluginInfo(plugin_id, plugin_id, fault=reason) for plugin_id, reason in self._faults.items()]
        return sorted([*loaded, *broken], key=lambda info: info.id)

    def info(self, plugin_id: str) -> PluginInfo:
        if reason := self._faults.get(plugin_id):
            return PluginInfo(plugin_id, plugin_id, fault=reason)
        return self._find(plugin_id).info

    def form(self, plugin_id: str) -> SettingsForm:
        kind = self._find(plugin_id).settings
        is_optional = not any(field.required for field in msgspec.structs.fields(kind))
        return SettingsForm(settings_schema(kind), secret_fields(kind), is_optional)

    def loaded(self, plugin_id: str) -> LoadedPlugin | None:
        """What a plugin brings, None where it is unknown or in quarantine."""
        return self._loaded.get(plugin_id)

    def storefronts(self) -> frozenset[str]:
        return frozenset(plugin_id for plugin_id, plugin in self._loaded.items() if plugin.storefront)

    def message_senders(self) -> frozenset[str]:
        return frozenset(plugin_id for plugin_id, plugin in self._loaded.items() if plugin.message_sender)

    def supplier_orderings(self) -> frozenset[str]:
        return frozenset(plugin_id for plugin_id, plugin in self._loaded.items() if plugin.supplier_ordering)

    def mail_senders(self) -> frozenset[str]:
        return frozenset(plugin_id for plugin_id, plugin in self._loaded.items() if plugin.mail_sender)

    def notification_channels(self) -> Mapping[str, str]:
        return {
            f"{CORE if plugin.is_built_in else plugin_id}:{plugin.notification_channel.name}": plugin_id
            for plugin_id, plugin in self._loaded.items()
            if plugin.notification_channel
        }

    def webhook_receivers(self) -> frozenset[str]:
        return frozenset(plugin_id for plugin_id, plugin in self._loaded.items() if plugin.webhooks)

    def subscriptions(self) -> Sequence[Subscription]:
        reactions = [
            Subscription(f"{plugin_id}:{reaction}", event_type, frozenset({plugin_id}))
            for plugin_id, plugin in self._loaded.items()
            for reaction in plugin.reactions
            for event_type in plugin.manifest.events
        ]
        channels = [
            Subscription(
                subscriber, event_type, None if self._loaded[plugin_id].is_built_in else frozenset({plugin_id})
            )
            for subscriber, plugin_id in self.notification_channels().items()
            for event_type in sorted(NEWS_EVENT_TYPES)
        ]
        return [*reactions, *channels]

    def open(
        self, plugin_id: str, company_id: UUID, settings: Mapping[str, object], hook_token: str | None = None
    ) -> OpenPlugin:
        plugin, key, given = self._find(plugin_id), (plugin_id, company_id), (settings, hook_token)
        known = self._open.get(key)
        if known is None or known[0] != given:
            if len(self._open) >= CAPACITY:
                self._open.clear()
            self._open[key] = known = (given, at_work(plugin, company_id, settings, hook_token, self._surroundings))
        return known[1]

    def _find(self, plugin_id: str) -> LoadedPlugin:
        if plugin := self._loaded.get(plugin_id):
            return plugin
        if reason := self._faults.get(plugin_id):
            raise Conflict("plugin_quarantined", f"this plugin could not be loaded: {reason}")
        raise NotFound("plugin_not_found", "no plugin has this id")
