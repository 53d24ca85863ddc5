"""The ports to what our storefronts show: one link for each item at each of its locations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.domain.channel_level import Finding
from core.ports.storefront import Account, Level, Price


class ChannelLinks(Protocol):
    """What happened here, as far as storefronts are concerned."""

    async def mark_dirty(self, company_id: UUID, products: Collection[UUID]) -> None:
        """Notes that what storefronts show of these products, and of kits made of them, may be out of date."""
        ...

    async def mark_prices(self, company_id: UUID, products: Collection[UUID]) -> None:
        """Notes that these products may have new prices, for storefronts that show our prices."""
        ...

    async def match_anew(self, company_id: UUID, products: Collection[UUID]) -> None:
        """Looks whether items of storefronts that have no product yet fit these."""
        ...


class Errand(StrEnum):
    """What there may be to do at a storefront."""

    PUSH = "push"
    READ = "read"
    SET_UP = "set_up"
    PRICES = "prices"


class Stage(StrEnum):
    """How far the set-up of a storefront has come."""

    CONNECTING = "connecting"
    IMPORTING = "importing"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class ChannelLease:
    """A storefront that is ours alone to work at until the lease ends. `failures` says how much trouble there was of late: each failed
    try adds one, each good one takes one away. `run` is the number of the import, `seen` how many items it has brought so far, `cursor` where it goes on."""

    token: UUID
    failures: int
    stage: Stage
    run: int
    seen: int
    cursor: str | None
    takes_orders: bool
    due: frozenset[Errand]


@dataclass(frozen=True, slots=True)
class LevelIntent:
    """A level that is under way, recorded before it is sent: while its end is not known, it is tried again just as it is. `tries` counts
    this try too. `foreseen`: its `last_seen` was not seen, but is what known orders must have made of what was."""

    level: Level
    tries: int
    foreseen: bool = False


class PushEnd(StrEnum):
    """How the push of a level ended."""

    DONE = "done"
    SPARED = "spared"
    """Nothing was sent, because it was last seen to show just that: what is asked to be read is still to be read."""

    REFUSED = "refused"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class PushedLevel:
    """How it ended for one level, and the storefront's reason where it refused it."""

    intent: LevelIntent
    end: PushEnd
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LinkToRead:
    """A link whose level is to be read. `asked_at` proves that nobody asked for it again since; `is_dirty`: there is something to push;
    `accepted`: somebody let stand what is shown while our level is this."""

    item: str
    location: str
    asked_at: str
    target: Decimal
    last_seen: Decimal | None
    expected: Decimal
    under_way: Decimal | None
    last_sent: Decimal | None
    accepted: Decimal | None
    is_dirty: bool


@dataclass(frozen=True, slots=True)
class ReadLevel:
    """What a link was found to show. `push`: our level is to be sent though nothing has changed here."""

    link: LinkToRead
    shown: Decimal | None
    finding: Finding
    push: bool


class Channels(Protocol):
    """The storefronts as those see them who work at them. What is recorded with the token of a lease is without effect when the lease
    has passed to somebody else."""

    async def lease(self, company_id: UUID, plugin_id: str, lease: timedelta) -> ChannelLease | None:
        """Takes an enabled storefront that is due, unless somebody else has it."""
        ...

    async def release(self, company_id: UUID, plugin_id: str, token: UUID, *, succeeded: bool) -> None:
        """Gives the lease back. A success takes one failure away."""
        ...

    async def fail(
        self, company_id: UUID, plugin_id: str, token: UUID, error: str, after: timedelta, failures: int
    ) -> None:
        """Notes that a call failed as a whole, which makes `failures` of them, and gives the lease back: the storefront is left
        alone for this time."""
        ...


class ChannelLevels(Protocol):
    """The levels of storefronts; with tokens as in `Channels`."""

    async def aim(self, company_id: UUID, plugin_id: str, token: UUID, limit: int) -> Sequence[LevelIntent]:
        """Notes as under way the levels that are out of date, those first that have waited longest for a try, and returns them. A kit has
        as many units as its scarcest component allows, an inactive product none; the safety buffer is kept back."""
        ...

    async def record_pushed(self, company_id: UUID, plugin_id: str, token: UUID, pushed: Sequence[PushedLevel]) -> None:
        """Notes how pushes ended. A link that was marked again in the meantime stays dirty."""
        ...

    async def record_failed(
        self,
        company_id: UUID,
        plugin_id: str,
        token: UUID,
        intents: Sequence[LevelIntent],
        error: str,
        *,
        is_open: bool,
    ) -> None:
        """Notes that pushes failed as a whole, so that other links get their turn before these. `is_open`: their end is not known, and
        they stay under way; after a second such end they are to be read."""
        ...

    async def to_read(self, company_id: UUID, plugin_id: str, limit: int) -> Sequence[LinkToRead]:
        """Links that are due to be read, those first that have waited longest, with all others of the same items."""
        ...

    async def record_read(self, company_id: UUID, plugin_id: str, token: UUID, levels: Sequence[ReadLevel]) -> None:
        """Notes what is shown, and tells of drift."""
        ...


class ChannelPrices(Protocol):
    """The prices at storefronts; with tokens as in `Channels`."""

    async def currency(self, company_id: UUID, plugin_id: str) -> tuple[str, str]:
        """Ours, and what the storefront said of its own."""
        ...

    async def changed(self, company_id: UUID, plugin_id: str, limit: int) -> Sequence[tuple[Price, int]]:
        """Prices to push, each with the version that it has."""
        ...

    async def record(
        self,
        company_id: UUID,
        plugin_id: str,
        token: UUID,
        pushed: Sequence[tuple[Price, int]],
        refused: Mapping[str, str],
    ) -> None:
        """Notes what was pushed, and what was refused and why, by item."""
        ...

    async def hold(self, company_id: UUID, plugin_id: str, token: UUID, problem: str, after: timedelta) -> None:
        """Notes why no prices can be pushed for this time."""
        ...


class ChannelSetUp(Protocol):
    """The set-up of storefronts; with tokens as in `Channels`, and without effect where the settings have changed since `run`."""

    async def connected(
        self, company_id: UUID, plugin_id: str, token: UUID, run: int, account: Account, *, listening: bool
    ) -> None:
        """Notes what the storefront calls itself, brings the links in line with its locations, and begins the import."""
        ...

    async def begin(self, company_id: UUID, plugin_id: str, token: UUID, run: int) -> None:
        """Begins another import."""
        ...

    async def wait(
        self,
        company_id: UUID,
        plugin_id: str,
        token: UUID,
        run: int,
        cursor: str | None,
        after: timedelta,
        problem: str | None = None,
    ) -> None:
        """Goes on with this page after that time. With a `problem` it is one failure more."""
        ...

    async def failures(self, company_id: UUID, plugin_id: str) -> int:
        """How often in a row the import has failed."""
        ...

    async def close(self, company_id: UUID, plugin_id: str, token: UUID, lease: timedelta) -> bool:
        """Takes a storefront that was switched off and still tells us what happens there. Returns whether it was due."""
        ...

    async def closed(self, company_id: UUID, plugin_id: str, token: UUID) -> None:
        """Notes that it tells us nothing any more, and gives the lease back."""
        ...

    async def put_off_closing(self, company_id: UUID, plugin_id: str, token: UUID, problem: str, most: int) -> None:
        """Notes that it could not be told, which is tried again later, and gives the lease back; after so many failures it is let be."""
        ...
