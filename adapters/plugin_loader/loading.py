"""From an entry point to a plugin. The manifest is read before any code of the plugin runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pluggy

from core.plugin import hookspecs
from core.plugin.context import Registration
from core.plugin.manifest import FILE_NAME, Manifest, admits, read_manifest
from core.plugin.settings import PluginSettings, StorefrontSettings


class UnfitPlugin(Exception):
    """Why a plugin cannot be used, for its author and for the operator."""


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin that is ready to be set to work."""

    manifest: Manifest
    version: str
    storefront: Registration | None = None
    reactions: Mapping[str, Registration] = field(default_factory=dict)
    message_sender: Registration | None = None
    supplier_ordering: Registration | None = None


def load_plugin(entry_point: EntryPoint, core_version: str) -> LoadedPlugin:
    """Reads the manifest, imports the plugin and calls its hooks. May raise anything that foreign code can."""
    manifest = _manifest(entry_point)
    if manifest.id != entry_point.name:
        raise UnfitPlugin(f"its manifest says {manifest.id}, its entry point {entry_point.name}")
    if not admits(manifest.core, core_version):
        raise UnfitPlugin(f"it works with Pirwa {manifest.core}, this is {core_version}")
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(entry_point.load())
    manager.check_pending()
    storefronts = _registered(manager.hook.register_storefronts, StorefrontSettings)
    senders = _registered(manager.hook.register_message_senders, PluginSettings)
    orderings = _registered(manager.hook.register_supplier_orderings, PluginSettings)
    reactions = _registered(manager.hook.register_reactions, PluginSettings)
    brought = {"storefront": storefronts, "message_sender": senders, "supplier_ordering": orderings}
    _check_promises(manifest, brought, reactions)
    version = entry_point.dist.version if entry_point.dist else ""
    return LoadedPlugin(manifest, version, _only(storefronts), reactions, _only(senders), _only(orderings))


def _manifest(entry_point: EntryPoint) -> Manifest:
    """The manifest in the plugin's top-level package, which is not imported for it."""
    spec = find_spec(entry_point.module.partition(".")[0])
    for folder in _folders(spec):
        if (path := Path(folder) / FILE_NAME).is_file():
            return read_manifest(path.read_text("utf-8"))
    raise UnfitPlugin(f"its package has no {FILE_NAME}")


def _folders(spec: ModuleSpec | None) -> list[str]:
    return list(spec.submodule_search_locations or ()) if spec else []


def _registered(hook: Callable[..., Any], settings_kind: type[PluginSettings]) -> dict[str, Registration]:
    """What the plugin registers when the hook is called."""
    found: dict[str, Registration] = {}

    def register(name: str, settings: type[Any], factory: Callable[[Any], Any]) -> None:
        if name in found:
            raise UnfitPlugin(f"it registers {name} twice")
        if not issubclass(settings, settings_kind):
            raise UnfitPlugin(f"the settings of {name} do not derive from {settings_kind.__name__}")
        found[name] = Registration(name, settings, factory)

    hook(register=register)
    return found


def _only(registered: Mapping[str, Registration]) -> Registration | None:
    return next(iter(registered.values()), None)


def _check_promises(
    manifest: Manifest, brought: Mapping[str, Mapping[str, object]], reactions: Mapping[str, object]
) -> None:
    for kind, registered in brought.items():
        if len(registered) != (manifest.kind == kind):
            raise UnfitPlugin(f"a plugin of kind {manifest.kind} cannot register {len(registered)} {kind}s")
    if bool(reactions) != bool(manifest.events):
        raise UnfitPlugin("events that its manifest wants go with reactions, and reactions with events")
