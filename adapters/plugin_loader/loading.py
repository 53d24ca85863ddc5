"""From an entry point, or from what is built in, to a plugin. The manifest is read before any code of the plugin runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.machinery import ModuleSpec
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pluggy

from core.plugin import hookspecs
from core.plugin.context import Registration
from core.plugin.manifest import FILE_NAME, Manifest, admits, read_manifest
from core.plugin.settings import PluginSettings, StorefrontSettings, secret_fields
from core.ports.plugins import PluginInfo


class UnfitPlugin(Exception):
    """Why a plugin cannot be used, for its author and for the operator."""


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """What Pirwa brings itself, registered like any plugin: `hooks` is a module or an object with hook implementations."""

    manifest: Manifest
    hooks: object


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin that is ready to be set to work."""

    manifest: Manifest
    version: str
    storefront: Registration | None = None
    reactions: Mapping[str, Registration] = field(default_factory=dict)
    message_sender: Registration | None = None
    supplier_ordering: Registration | None = None
    mail_sender: Registration | None = None
    notification_channel: Registration | None = None
    webhooks: Registration | None = None
    is_built_in: bool = False

    @property
    def registrations(self) -> list[Registration]:
        """All that it registers."""
        senders = (self.message_sender, self.mail_sender, self.notification_channel)
        single = (self.storefront, self.supplier_ordering, *senders, self.webhooks)
        return [*(one for one in single if one), *self.reactions.values()]

    @property
    def settings(self) -> type[PluginSettings]:
        """What it can be told, the same for all that it registers."""
        return next((one.settings for one in self.registrations), PluginSettings)

    @property
    def info(self) -> PluginInfo:
        manifest = self.manifest
        return PluginInfo(
            manifest.id,
            manifest.title,
            manifest.kind,
            self.version,
            requires=manifest.requires,
            hosts=manifest.hosts,
            events=manifest.events,
            reads_webhooks=self.webhooks is not None,
            is_built_in=self.is_built_in,
        )


def load_plugin(entry_point: EntryPoint, core_version: str) -> LoadedPlugin:
    """Reads the manifest, imports the plugin and calls its hooks. May raise anything that foreign code can."""
    manifest = _manifest(entry_point)
    if manifest.id != entry_point.name:
        raise UnfitPlugin(f"its manifest says {manifest.id}, its entry point {entry_point.name}")
    if not admits(manifest.core, core_version):
        raise UnfitPlugin(f"it works with Pirwa {manifest.core}, this is {core_version}")
    return _registering(manifest, entry_point.load(), entry_point.dist.version if entry_point.dist else "")


def load_built_in(plugin: BuiltIn, core_version: str) -> LoadedPlugin:
    """Calls the hooks of what is built in."""
    return replace(_registering(plugin.manifest, plugin.hooks, core_version), is_built_in=True)


def _registering(manifest: Manifest, hooks: object, version: str) -> LoadedPlugin:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(hooks)
    manager.check_pending()
    hook = manager.hook
    brought = {
        "storefront": _registered(hook.register_storefronts, StorefrontSettings),
        "message_sender": _registered(hook.register_message_senders, PluginSettings),
        "supplier_ordering": _registered(hook.register_supplier_orderings, PluginSettings),
        "mail_sender": _registered(hook.register_mail_senders, PluginSettings),
        "notification_channel": _registered(hook.register_notification_channels, PluginSettings),
    }
    reactions = _registered(hook.register_reactions, PluginSettings)
    receivers = _registered(hook.register_webhook_receivers, PluginSettings)
    _check_promises(manifest, brought, reactions, receivers)
    loaded = LoadedPlugin(
        manifest,
        version,
        storefront=_only(brought["storefront"]),
        message_sender=_only(brought["message_sender"]),
        supplier_ordering=_only(brought["supplier_ordering"]),
        mail_sender=_only(brought["mail_sender"]),
        notification_channel=_only(brought["notification_channel"]),
        reactions=reactions,
        webhooks=_only(receivers),
    )
    _check_settings(loaded)
    return loaded


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


def _check_settings(plugin: LoadedPlugin) -> None:
    if len({one.settings for one in plugin.registrations}) > 1:
        raise UnfitPlugin("all that it registers must have the same settings")
    try:
        secret_fields(plugin.settings)
    except TypeError as error:
        raise UnfitPlugin(str(error)) from error


def _check_promises(
    manifest: Manifest,
    brought: Mapping[str, Mapping[str, object]],
    reactions: Mapping[str, object],
    receivers: Mapping[str, object],
) -> None:
    for kind, registered in brought.items():
        if len(registered) != (manifest.kind == kind):
            raise UnfitPlugin(f"a plugin of kind {manifest.kind} cannot register {len(registered)} {kind}s")
    if both := sorted(reactions.keys() & brought["notification_channel"].keys()):
        raise UnfitPlugin(f"it registers {both[0]} as a reaction and as a channel")
    if bool(reactions) != bool(manifest.events):
        raise UnfitPlugin("events that its manifest wants go with reactions, and reactions with events")
    if len(receivers) > 1:
        raise UnfitPlugin(f"a plugin cannot register {len(receivers)} receivers of webhooks")
