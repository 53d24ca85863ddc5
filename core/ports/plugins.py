"""The ports to plugins: which ones there are, what they are made of in a company, and where each company has switched them on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, Protocol
from uuid import UUID

from core.domain.access import Actor
from core.domain.circuit import Rest
from core.domain.events import Event
from core.ports.incoming import WebhookReceiver
from core.ports.mail import MailSender
from core.ports.notices import NotificationChannel
from core.ports.notification import MessageSender
from core.ports.storefront import Storefront
from core.ports.supplier import SupplierOrdering


class Reaction(Protocol):
    """What a plugin does when something happened. It is called at least once for each event, in order per subject.

    It may raise the failures of `core.ports.failures`; any other exception counts as `Transient`.
    """

    async def __call__(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A plugin that the operator named, or that is built in and always at work. `fault` says why it was not loaded; then only its id is
    certain. `hosts` are the places it calls, `reads_webhooks` says whether others can reach it."""

    id: str
    title: str
    kind: str = ""
    version: str = ""
    fault: str | None = None
    requires: Sequence[str] = ()
    hosts: Sequence[str] = ()
    events: Sequence[str] = ()
    reads_webhooks: bool = False
    is_built_in: bool = False


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """What a plugin can be told: a JSON Schema, which of its settings are secrets, and whether it works without being told anything."""

    schema: Mapping[str, Any]
    secrets: frozenset[str]
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants events of a type: `core:<reaction>` or `<plugin>:<reaction>`.

    With plugins, only companies that have switched one of them on are subscribed.
    """

    subscriber: str
    event_type: str
    plugins: frozenset[str] | None = None


class StorefrontWishes(Protocol):
    """What a company wants of a storefront, whatever it is. `core.plugin.settings.StorefrontSettings` says what they mean."""

    @property
    def locations(self) -> Mapping[str, str]: ...
    @property
    def safety_buffer(self) -> Decimal: ...
    @property
    def on_drift(self) -> Literal["ours_wins", "review"]: ...
    @property
    def take_orders(self) -> bool: ...
    @property
    def push_prices(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class OpenPlugin:
    """A plugin with the settings of one company. `locations` says at which of the storefront's locations a site is shown; it is part of
    the `storefront_settings`, which are there whenever the storefront is."""

    storefront: Storefront | None = None
    locations: Mapping[str, str] = field(default_factory=dict)
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    message_sender: MessageSender | None = None
    supplier_ordering: SupplierOrdering | None = None
    mail_sender: MailSender | None = None
    notification_channel: NotificationChannel | None = None
    webhooks: WebhookReceiver | None = None
    storefront_settings: StorefrontWishes | None = None
    hook_url: str | None = field(default=None, repr=False)


class Plugins(Protocol):
    """The plugins of this process."""

    def all(self) -> Sequence[PluginInfo]:
        """The loaded ones and those in quarantine, by id."""
        ...

    def info(self, plugin_id: str) -> PluginInfo:
        """One of them. Raises NotFound."""
        ...

    def form(self, plugin_id: str) -> SettingsForm:
        """What it can be told. Raises NotFound and Conflict `plugin_quarantined`."""
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

    def mail_senders(self) -> frozenset[str]:
        """The ids of loaded plugins that bring a carrier of mails."""
        ...

    def notification_channels(self) -> Mapping[str, str]:
        """By subscriber, the ids of loaded plugins that bring a channel of news. The subscriber is `core:<name>` where it is built in."""
        ...

    def webhook_receivers(self) -> frozenset[str]:
        """The ids of loaded plugins that read webhooks."""
        ...

    def subscriptions(self) -> Sequence[Subscription]:
        """Which events the reactions and channels of loaded plugins want; all companies are subscribed to what is built in."""
        ...

    def open(
        self, plugin_id: str, company_id: UUID, settings: Mapping[str, object], hook_token: str | None = None
    ) -> OpenPlugin:
        """The plugin at work for a company, with its settings as they were given, secrets included. Whoever has the token reaches
        it from outside. Raises NotFound, Conflict `plugin_quarantined`, Invalid with every fault of the
        settings, or `Misconfigured`."""
        ...


class InstallationState(StrEnum):
    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Installation:
    """A plugin in a company, with all its settings, secrets included. A paused one stopped itself because of `problem`; one that has a
    `rest` is left alone until it is over. Whoever has the `hook_token` reaches it from outside."""

    plugin_id: str
    state: InstallationState
    settings: Mapping[str, object] = field(repr=False)
    problem: str | None = None
    hook_token: str | None = field(default=None, repr=False)
    rest: Rest | None = None

    @property
    def is_at_work(self) -> bool:
        return self.state is InstallationState.ENABLED


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """What may be told of a secret: the last characters of one that is long enough, and since when it is so."""

    field: str
    hint: str | None
    set_at: datetime


@dataclass(frozen=True, slots=True)
class InstallationReport:
    """What may be told of a plugin in a company, and how it fares: why its last push failed if it did, how many deliveries were given up,
    how many levels the storefront will not take, what the last check of its settings said. Of one that was removed only the name is left."""

    plugin_id: str
    state: InstallationState
    version: int
    settings: Mapping[str, object]
    secrets: Sequence[KeptSecret] = ()
    problem: str | None = None
    rest: Rest | None = None
    removed_at: datetime | None = None
    hook_set_at: datetime | None = None
    checked_at: datetime | None = None
    check_problem: str | None = None
    trouble: str | None = None
    dead: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class NewSettings:
    """Settings that replace those that are there, without secrets. Of `secrets` those that are named change, and None takes one away; the
    others stay. `version` is the one that they are based on, None where that does not matter."""

    settings: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    version: int | None = None


class Installations(Protocol):
    """The switches of one company after the other. Each call is a transaction of its own, recorded as done `by` them. Those that change
    settings raise `StaleVersion`."""

    async def all(self, company_id: UUID) -> Sequence[InstallationReport]: ...

    async def report(self, company_id: UUID, plugin_id: str) -> InstallationReport | None: ...

    async def find(self, company_id: UUID, plugin_id: str) -> Installation | None:
        """Raises `Transient` where the key is missing that sealed its secrets."""
        ...

    async def enable(
        self,
        company_id: UUID,
        plugin_id: str,
        new: NewSettings,
        *,
        storefront: StorefrontWishes | None = None,
        has_hook: bool = False,
        by: Actor | None = None,
    ) -> None:
        """Switches a plugin on with these settings, or on again after a pause; a rest is over. A storefront is set up anew, with Invalid for
        sites that there are not. One that others can reach gets a secret address, if it has none."""
        ...

    async def keep(self, company_id: UUID, plugin_id: str, new: NewSettings, *, by: Actor | None = None) -> None:
        """Remembers settings of a plugin that is not at work."""
        ...

    async def disable(self, company_id: UUID, plugin_id: str, *, by: Actor | None = None) -> None:
        """Switches a plugin off and gives up what was waiting for it. Raises NotFound if it was never switched on."""
        ...

    async def remove(self, company_id: UUID, plugin_id: str, *, drop: bool, by: Actor | None = None) -> None:
        """Switches a plugin off and forgets its settings, secrets and address; with `drop` also all that it knows. Raises NotFound."""
        ...

    async def pause(self, company_id: UUID, plugin_id: str, problem: str) -> None:
        """Stops an enabled plugin until somebody enables it again; what it should do waits."""
        ...

    async def rotate_hook(self, company_id: UUID, plugin_id: str, *, by: Actor | None = None) -> str:
        """Gives the plugin another secret address, at once. Returns the new token. Raises NotFound where it has none."""
        ...

    async def redeliver(self, company_id: UUID, plugin_id: str, event_id: UUID, *, by: Actor | None = None) -> int:
        """Has the plugin told once more of an event that it was told of, or that waits. Returns how many of its reactions are."""
        ...

    async def checked(self, company_id: UUID, plugin_id: str, problem: str | None) -> None:
        """Remembers how the last check ended, if the plugin was ever switched on."""
        ...


class PluginHealth(Protocol):
    """The rests of plugins, the same for all processes."""

    async def begin_trial(self, company_id: UUID, plugin_id: str, lasts: timedelta) -> bool:
        """Makes the caller the one that tries a plugin whose rest is over; the others wait that long. False where somebody else was first,
        or nothing rests."""
        ...

    async def rest(self, company_id: UUID, plugin_id: str, reason: str, lasts: timedelta) -> None:
        """Begins a rest of a plugin that is at work, or makes it longer."""
        ...

    async def recover(self, company_id: UUID, plugin_id: str) -> None:
        """Ends a rest."""
        ...
