"""The plugins that the operator allows, loaded one by one: one that fails is put into quarantine and the others go on."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any
from uuid import UUID

from adapters.plugin_loader.loading import LoadedPlugin, UnfitPlugin, load_plugin
from core.domain.errors import Conflict, DomainError, NotFound
from core.plugin.context import PluginContext, Registration
from core.plugin.settings import read_struct
from core.ports.failures import Misconfigured
from core.ports.plugins import OpenPlugin, PluginInfo, Subscription

GROUP = "pirwa.plugins"
CAPACITY = 1_000  # plugins kept at work, over all companies

_logger = logging.getLogger(__name__)


def load_plugins(allowed: Iterable[str], core_version: str) -> "PluginRegistry":
    """Loads the installed plugins of these ids. Never raises: what is wrong with one is its `fault`."""
    registry = PluginRegistry()
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

    def __init__(self) -> None:
        self._loaded: dict[str, LoadedPlugin] = {}
        self._faults: dict[str, str] = {}
        self._open: dict[tuple[str, UUID], tuple[Mapping[str, object], OpenPlugin]] = {}

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
        loaded = [
            PluginInfo(plugin.manifest.id, plugin.manifest.title, plugin.manifest.kind, plugin.version)
            for plugin in self._loaded.values()
        ]
        broken = [PluginInfo(plugin_id, plugin_id, fault=reason) for plugin_id, reason in self._faults.items()]
        return sorted([*loaded, *broken], key=lambda info: info.id)

    def storefronts(self) -> frozenset[str]:
        return frozenset(plugin_id for plugin_id, plugin in self._loaded.items() if plugin.storefront)

    def message_senders(self) -> frozenset[str]:
        return frozenset(plugin_id for plugin_id, plugin in self._loaded.items() if plugin.message_sender)

    def supplier_orderings(self) -> frozenset[str]:
        return frozenset(plugin_id for plugin_id, plugin in self._loaded.items() if plugin.supplier_ordering)

    def subscriptions(self) -> Sequence[Subscription]:
        return [
            Subscription(f"{plugin_id}:{reaction}", event_type, frozenset({plugin_id}))
            for plugin_id, plugin in self._loaded.items()
            for reaction in plugin.reactions
            for event_type in plugin.manifest.events
        ]

    def open(self, plugin_id: str, company_id: UUID, settings: Mapping[str, object]) -> OpenPlugin:
        plugin, key = self._find(plugin_id), (plugin_id, company_id)
        known = self._open.get(key)
        if known is None or known[0] != settings:
            if len(self._open) >= CAPACITY:
                self._open.clear()
            self._open[key] = known = (settings, _at_work(plugin, company_id, settings))
        return known[1]

    def _find(self, plugin_id: str) -> LoadedPlugin:
        if plugin := self._loaded.get(plugin_id):
            return plugin
        if reason := self._faults.get(plugin_id):
            raise Conflict("plugin_quarantined", f"this plugin could not be loaded: {reason}")
        raise NotFound("plugin_not_found", "no plugin has this id")


def _at_work(plugin: LoadedPlugin, company_id: UUID, settings: Mapping[str, object]) -> OpenPlugin:
    def make(registration: Registration) -> tuple[Any, Any]:
        try:
            checked = read_struct(settings, registration.settings, "invalid_settings", "/settings")
            return checked, registration.factory(PluginContext(company_id, checked))
        except DomainError:
            raise
        except (Exception, SystemExit) as error:
            raise Misconfigured(f"it cannot work with these settings: {type(error).__name__}: {error}") from error

    reactions = {name: make(registration)[1] for name, registration in plugin.reactions.items()}
    sender = make(plugin.message_sender)[1] if plugin.message_sender else None
    ordering = make(plugin.supplier_ordering)[1] if plugin.supplier_ordering else None
    if plugin.storefront is None:
        return OpenPlugin(reactions=reactions, message_sender=sender, supplier_ordering=ordering)
    checked, storefront = make(plugin.storefront)
    return OpenPlugin(storefront, checked.locations, reactions, sender, ordering)
