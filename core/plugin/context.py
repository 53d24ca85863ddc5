"""What a plugin is given when it is set to work for a company, and how it says what it brings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from core.plugin.settings import PluginSettings, StorefrontSettings
from core.ports.clock import Clock
from core.ports.http import HttpClient
from core.ports.incoming import WebhookReceiver
from core.ports.mail import MailSender
from core.ports.notices import NotificationChannel
from core.ports.notification import MessageSender
from core.ports.plugin_store import PluginStore
from core.ports.plugins import Reaction
from core.ports.storefront import Storefront
from core.ports.supplier import SupplierOrdering

S = TypeVar("S", bound=PluginSettings)
F = TypeVar("F", bound=StorefrontSettings)


@dataclass(frozen=True, slots=True)
class PluginContext(Generic[S]):
    """One company, its settings of the plugin, and all that the plugin needs of the world. `hook_url` is the secret address at which other
    parties reach the plugin for this company; None where the server has no public address or the plugin takes no webhooks."""

    company_id: UUID
    settings: S
    http: HttpClient
    store: PluginStore
    clock: Clock
    hook_url: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """A name, the type of the settings, and what makes the adapter from a `PluginContext`."""

    name: str
    settings: type[Any]
    factory: Callable[[PluginContext[Any]], Any]


class RegisterStorefront(Protocol):
    """Handed to `register_storefronts`."""

    def __call__(self, name: str, settings: type[F], factory: Callable[[PluginContext[F]], Storefront]) -> None: ...


class RegisterMessageSender(Protocol):
    """Handed to `register_message_senders`."""

    def __call__(self, name: str, settings: type[S], factory: Callable[[PluginContext[S]], MessageSender]) -> None: ...


class RegisterMailSender(Protocol):
    """Handed to `register_mail_senders`."""

    def __call__(self, name: str, settings: type[S], factory: Callable[[PluginContext[S]], MailSender]) -> None: ...


class RegisterNotificationChannel(Protocol):
    """Handed to `register_notification_channels`."""

    def __call__(
        self, name: str, settings: type[S], factory: Callable[[PluginContext[S]], NotificationChannel]
    ) -> None: ...


class RegisterWebhookReceiver(Protocol):
    """Handed to `register_webhook_receivers`. The settings are those of what else the plugin brings."""

    def __call__(
        self, name: str, settings: type[S], factory: Callable[[PluginContext[S]], WebhookReceiver]
    ) -> None: ...


class RegisterSupplierOrdering(Protocol):
    """Handed to `register_supplier_orderings`."""

    def __call__(
        self, name: str, settings: type[S], factory: Callable[[PluginContext[S]], SupplierOrdering]
    ) -> None: ...


class RegisterReaction(Protocol):
    """Handed to `register_reactions`. The reaction gets the events that the manifest wants."""

    def __call__(self, name: str, settings: type[S], factory: Callable[[PluginContext[S]], Reaction]) -> None: ...
