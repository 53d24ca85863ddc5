"""The ports to plugins: which ones there are, what they are made of in a company, and where each company has switched them on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.domain.access import Actor
from core.domain.events import Event
from core.ports.notification import MessageSender
from core.ports.storefront import Item, Storefront
from core.ports.supplier import SupplierOrdering


class Reaction(Protocol):
    """What a plugin does when something happened. It is called at least once for each event, in order per subject.

    It may raise the failures of `core.ports.failures`; any other exception counts as `Transient`.
    """

    async def __call__(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A plugin that the operator named. `fault` says why it was not loaded; then only its id is certain."""

    id: str
    title: str
    kind: str = ""
    version: str = ""
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants events of a type: `core:<reaction>` or `<plugin>:<reaction>`.

    With plugins, only companies that have switched one of them on are subscribed.
    """

    subscriber: str
    event_type: str
    plugins: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class OpenPlugin:
    """A plugin with the settings of one company. `locations` says at which of the storefront's locations a site is shown."""

    storefront: Storefront | None = None
    locations: Mapping[str, str] = field(default_factory=dict)
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    message_sender: MessageSender | None = None
    supplier_ordering: SupplierOrdering | None = None


class Plugins(Protocol):
    """The plugins of this process."""

    def all(self) -> Sequence[PluginInfo]:
        """The loaded ones and those in quarantine, by id."""
        ...

    def storefronts(self) -> frozenset[str]:
        """The ids of loaded plugins that bring a storefront."""
        ...

    def message_senders(self) -> frozenset[str]:
        """The ids of loaded plugins that bring a carrier of text messages."""
        ...

    def supplier_orderings(self) -> frozenset[str]:
        """The ids of loaded plugins that bring a way to hand orders over to suppliers."""
        ...

    def subscriptions(self) -> Sequence[Subscription]:
        """Which events the reactions of loaded plugins want."""
        ...

    def open(self, plugin_id: str, company_id: UUID, settings: Mapping[str, object]) -> OpenPlugin:
        """The plugin at work for a company. Raises NotFound, Conflict `plugin_quarantined`, Invalid with every fault of the
        settings, or `Misconfigured`."""
        ...


class InstallationState(StrEnum):
    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Installation:
    """A plugin in a company. A paused one stopped itself because of `problem`."""

    plugin_id: str
    state: InstallationState
    settings: Mapping[str, object]
    problem: str | None = None

    @property
    def is_at_work(self) -> bool:
        return self.state is InstallationState.ENABLED


@dataclass(frozen=True, slots=True)
class InstallationReport(Installation):
    """How a plugin fares: why its last push failed if it did, how many deliveries were given up, how many levels the storefront
    will not take."""

    trouble: str | None = None
    dead: int = 0
    refused: int = 0


class Installations(Protocol):
    """The switches of one company after the other. Each call is a transaction of its own, recorded as done `by` them."""

    async def all(self, company_id: UUID) -> Sequence[InstallationReport]: ...

    async def find(self, company_id: UUID, plugin_id: str) -> Installation | None: ...

    async def enable(
        self, company_id: UUID, plugin_id: str, settings: Mapping[str, object], *, by: Actor | None = None
    ) -> None:
        """Switches a plugin on with these settings, or on again after a pause."""
        ...

    async def enable_storefront(
        self,
        company_id: UUID,
        plugin_id: str,
        settings: Mapping[str, object],
        items: Sequence[Item],
        locations: Mapping[str, str],
        *,
        by: Actor | None = None,
    ) -> int:
        """Switches a storefront on: ties its items to the products of the same SKU at the sites of `locations` and marks
        them all for a first push. Returns how many items found a product. Raises Invalid for unknown sites."""
        ...

    async def disable(self, company_id: UUID, plugin_id: str, *, by: Actor | None = None) -> None:
        """Switches a plugin off and gives up what was waiting for it. Raises NotFound if it was never switched on."""
        ...

    async def pause(self, company_id: UUID, plugin_id: str, problem: str) -> None:
        """Stops an enabled plugin until somebody enables it again; what it should do waits."""
        ...
