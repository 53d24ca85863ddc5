"""What a person wishes to be told, and what they have seen of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.notification import Channel, NotificationKind, Preference, Timing, Wish, kinds_for
from core.domain.notification_reach import Reach
from core.ports.clock import Clock
from core.ports.notification_hours import HoursBody
from core.ports.notifications import Known, NotificationPreferences

MAX_NAMES = 200  # sites, or categories, of one kind

SiteReference = Annotated[str, Meta(min_length=1, max_length=100, description="an id or a code")]
Sites = Annotated[list[SiteReference], Meta(max_length=MAX_NAMES)]
Categories = Annotated[list[UUID], Meta(max_length=MAX_NAMES)]


class KindPreference(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How one kind is to be told: by these channels (none: not at all), outside of the application at once or in a digest, for these
    sites and these categories with all below them (null: all)."""

    kind: NotificationKind
    channels: Annotated[list[Channel], Meta(max_length=len(Channel))]
    timing: Timing = Timing.AT_ONCE
    sites: Sites | None = None
    categories: Categories | None = None


class SavePreferences(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All wishes of a person: kinds that are left out, and hours if they are, are as for everybody with their role."""

    kinds: Annotated[list[KindPreference], Meta(max_length=len(NotificationKind) * 2)]
    hours: HoursBody | None = None


class ReadThrough(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Up to which notification all are read; without it all are."""

    through: UUID | None = None


@dataclass(frozen=True, slots=True)
class PreferenceDesk:
    """Takes wishes."""

    preferences: NotificationPreferences
    clock: Clock

    async def save(self, actor: Actor, command: SavePreferences) -> None:
        """Replaces all that the actor wished before. Raises `Invalid` with every fault."""
        sites = {site for line in command.kinds for site in line.sites or ()}
        categories = {category for line in command.kinds for category in line.categories or ()}
        known = await self.preferences.known(actor, sites, categories)
        refuse_if([*_faults(actor, command, known)], "invalid_preferences")
        wishes = [_preference(line, known) for line in command.kinds]
        await self.preferences.save(actor, wishes, command.hours.hours if command.hours else None, self.clock.now())


def _faults(actor: Actor, command: SavePreferences, known: Known) -> Iterator[Fault]:
    theirs, seen = kinds_for(actor.permissions), set[NotificationKind]()
    for index, line in enumerate(command.kinds):
        pointer = f"/kinds/{index}"
        if line.kind not in theirs:
            yield Fault(f"{pointer}/kind", "beyond_role", "your role is never told this")
        if line.kind in seen:
            yield Fault(f"{pointer}/kind", "repeated", "each kind once")
        seen.add(line.kind)
        yield from _channel_faults(f"{pointer}/channels", line.channels, known.reach)
        yield from _reference_faults(pointer, line, known)
    if command.hours and command.hours.quiet and command.hours.quiet.start == command.hours.quiet.end:
        yield Fault("/hours/quiet/to", "empty", "must be another time than `from`; without quiet hours give null")


def _channel_faults(pointer: str, channels: Sequence[Channel], reach: Reach) -> Iterator[Fault]:
    """A channel that has to be set up can be wished for when it is. Mail waits for its address."""
    for index, channel in enumerate(channels):
        obstacle = None if channel is Channel.MAIL else reach.obstacle(channel)
        if obstacle:
            yield Fault(f"{pointer}/{index}", "channel_unavailable", obstacle.advice, {"obstacle": obstacle})
        if channel in channels[:index]:
            yield Fault(f"{pointer}/{index}", "repeated", "each channel once")


def _reference_faults(pointer: str, line: KindPreference, known: Known) -> Iterator[Fault]:
    for index, site in enumerate(line.sites or ()):
        if site not in known.sites:
            yield Fault(f"{pointer}/sites/{index}", "not_found", "no site has this id or code")
    for index, category in enumerate(line.categories or ()):
        if category not in known.categories:
            yield Fault(f"{pointer}/categories/{index}", "not_found", "no category has this id")


def _preference(line: KindPreference, known: Known) -> Preference:
    sites = None if line.sites is None else tuple(known.sites[site] for site in line.sites)
    categories = None if line.categories is None else tuple(line.categories)
    return Preference(line.kind, Wish(tuple(line.channels), line.timing), sites, categories)
