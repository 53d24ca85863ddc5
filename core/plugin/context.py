"""What a plugin is given when it is set to work for a company, and how it says what it brings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from core.plugin.settings import PluginSettings, StorefrontSettings
from core.ports.notification import MessageSender
from core.ports.plugins import Reaction
from core.ports.storefront import Storefront
from core.ports.supplier import SupplierOrdering

S = TypeVar("S", bound=PluginSettings)
F = TypeVar("F", bound=StorefrontSettings)


@dataclass(frozen=True, slots=True)
class PluginContext(Generic[S]):
    """One company and its settings of the plugin."""

    company_id: UUID
    settings: S


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


class RegisterSupplierOrdering(Protocol):
    """Handed to `register_supplier_orderings`."""

    def __call__(
        self, name: str, settings: type[S], factory: Callable[[PluginContext[S]], SupplierOrdering]
    ) -> None: ...


class RegisterReaction(Protocol):
    """Handed to `register_reactions`. The reaction gets the events that the manifest wants."""

    def __call__(self, name: str, settings: type[S], factory: Callable[[PluginContext[S]], Reaction]) -> None: ...
