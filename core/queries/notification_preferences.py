"""How a person is told, and by which channels they can be."""

from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.notification import Channel, NotificationKind, Timing
from core.domain.notification_reach import Obstacle
from core.ports.notification_hours import HoursBody


class KindWish(msgspec.Struct, frozen=True):
    """How one kind is told. With `default`, because of the role and not by an own wish. Sites are codes."""

    kind: NotificationKind
    channels: list[Channel]
    timing: Timing
    sites: list[str] | None
    categories: list[UUID] | None
    default: bool


class ChannelView(msgspec.Struct, frozen=True):
    """Whether news can come by a channel; if not, `obstacle` says why and `reason` what to do. `failing`: the latest did not arrive."""

    channel: Channel
    available: bool
    obstacle: Obstacle | None
    reason: str | None
    failing: bool


class PreferencesView(msgspec.Struct, frozen=True):
    """All kinds that one's role can be told, the channels and the hours."""

    kinds: list[KindWish]
    channels: list[ChannelView]
    hours: HoursBody
    hours_default: bool
    time_zone: str


class PreferenceReader(Protocol):
    async def preferences(self, actor: Actor) -> PreferencesView: ...
