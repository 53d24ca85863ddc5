"""Setting a plugin to work for a company."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from adapters.plugin_loader.loading import LoadedPlugin
from adapters.plugin_loader.surroundings import Surroundings
from core.domain.errors import DomainError
from core.plugin.context import PluginContext, Registration
from core.plugin.settings import StorefrontSettings, read_struct
from core.ports.failures import Misconfigured
from core.ports.plugins import OpenPlugin


def at_work(
    plugin: LoadedPlugin,
    company_id: UUID,
    settings: Mapping[str, object],
    hook_token: str | None,
    surroundings: Surroundings,
) -> OpenPlugin:
    """Calls the factories of all that it registers. Raises Invalid with every fault of the settings, or `Misconfigured`."""
    manifest, store = plugin.manifest, surroundings.store(company_id, plugin.manifest.id)
    http = surroundings.http(manifest.id, manifest.hosts)
    hook_url = surroundings.hook_url(manifest.id, hook_token) if plugin.webhooks else None

    def checked(registration: Registration) -> Any:
        return read_struct(settings, registration.settings, "invalid_settings", "/settings")

    def made(registration: Registration | None) -> Any:
        if registration is None:
            return None
        try:
            context = PluginContext(company_id, checked(registration), http, store, surroundings.clock, hook_url)
            return registration.factory(context)
        except DomainError:
            raise
        except (Exception, SystemExit) as error:
            raise Misconfigured(f"it cannot work with these settings: {type(error).__name__}: {error}") from error

    wishes: StorefrontSettings | None = checked(plugin.storefront) if plugin.storefront else None
    return OpenPlugin(
        storefront=made(plugin.storefront),
        locations=wishes.locations if wishes else {},
        reactions={name: made(registration) for name, registration in plugin.reactions.items()},
        message_sender=made(plugin.message_sender),
        supplier_ordering=made(plugin.supplier_ordering),
        mail_sender=made(plugin.mail_sender),
        notification_channel=made(plugin.notification_channel),
        webhooks=made(plugin.webhooks),
        storefront_settings=wishes,
        hook_url=hook_url,
    )
