"""One's own preferences: shown, and replaced as a whole."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.dashboard import Block
from core.domain.errors import Fault, refuse_if
from core.domain.ids import parse_id
from core.domain.preferences import PinKind
from core.domain.report import ReportName
from core.domain.usage import Page
from core.ports.clock import Clock
from core.ports.interests import Interests
from core.ports.preferences import KeptPreferences, Pin, Preferences, PreferenceStore, pinned

MOST_BYTES = 64_000
"""Of all preferences together."""

_NAMES: dict[PinKind, frozenset[str]] = {
    PinKind.PAGE: frozenset(Page),
    PinKind.REPORT: frozenset(ReportName),
    PinKind.BLOCK: frozenset(Block),
}


@dataclass(frozen=True, slots=True)
class OwnPreferences:
    """Whoever wants not to be counted any more is forgotten at once."""

    store: PreferenceStore
    interests: Interests
    clock: Clock

    async def shown(self, actor: Actor) -> KeptPreferences:
        """What is kept, without the pins of what is not there any more, or not for the actor."""
        kept = await self.store.kept(actor)
        known = await self._known(actor, kept.preferences.pins)
        pins = [pin for pin in kept.preferences.pins if pin.kind in _NAMES or parse_id(pin.id) in known]
        return KeptPreferences(msgspec.structs.replace(kept.preferences, pins=pins), kept.version)

    async def save(self, actor: Actor, wish: Preferences, version: int | None) -> KeptPreferences:
        """Replaces all. Raises `Invalid` with every fault."""
        known = await self._known(actor, wish.pins)
        refuse_if([*_faults(wish, known)], "invalid_preferences")
        saved = await self.store.save(actor, wish, version)
        if not wish.usage:
            await self.interests.forget(actor, self.clock.now())
        return KeptPreferences(wish, saved)

    async def _known(self, actor: Actor, pins: Sequence[Pin]) -> frozenset[UUID]:
        products, sites = (_ids(pinned(pins, kind)) for kind in (PinKind.PRODUCT, PinKind.SITE))
        return await self.store.known(actor, products, sites) if products or sites else frozenset()


def _ids(texts: Iterable[str]) -> list[UUID]:
    return [found for text in texts if (found := parse_id(text))]


def _faults(wish: Preferences, known: frozenset[UUID]) -> Iterator[Fault]:
    for index, pin in enumerate(wish.pins):
        if pin.kind in _NAMES and pin.id not in _NAMES[pin.kind]:
            yield Fault(f"/pins/{index}/id", "unknown", f"there is no {pin.kind.value} of this name")
        if pin.kind not in _NAMES and parse_id(pin.id) not in known:
            yield Fault(f"/pins/{index}/id", "not_found", f"no {pin.kind.value} has this id")
    yield from _repeated("/pins/{}", [(pin.kind, pin.id.lower()) for pin in wish.pins])
    yield from _repeated("/views/{}/name", [(view.page, view.name.lower()) for view in wish.views])
    yield from _repeated("/tables/{}/table", [table.table for table in wish.tables])
    yield from _repeated("/hidden/{}", wish.hidden)
    for index, table in enumerate(wish.tables):
        yield from _repeated(f"/tables/{index}/columns/{{}}", table.columns)
    if len(msgspec.json.encode(wish)) > MOST_BYTES:
        yield Fault("", "too_large", f"all together must not be larger than {MOST_BYTES} bytes")


def _repeated(pointer: str, names: Sequence[object]) -> Iterator[Fault]:
    seen = set[object]()
    for index, name in enumerate(names):
        if name in seen:
            yield Fault(pointer.format(index), "repeated", "stands here already")
        seen.add(name)
