"""Levels: what the shop shows, and setting it.

Vendure keeps count of what is on hand and of what is allocated to orders, and sells what is on hand and not allocated. It sets what is on
hand to a figure, without comparing it with anything. So what is there is read, compared, and set at once: between reading and setting lies
a moment in which an order may be placed or sent. That shows in the answer to the setting, and is reported as a level that has moved. A
person who edits the same level in that moment is overruled without a trace.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import islice
from typing import TypeVar

from core.ports.storefront import Level, LevelFault, MovedLevel, RefusedLevel, ShownLevel

from . import documents
from .answers import LevelsData, SetLevelsData, StockLevel, VariantLevels
from .client import VendureClient

READ_AT_ONCE = 100
SET_AT_ONCE = 50
MOST = 1_000_000_000  # what the shop stores and sums up in 32 bits

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stock:
    """What the shop knows of some variants, by id, and which of some locations it has."""

    variants: Mapping[str, VariantLevels]
    locations: frozenset[str]


class Levels:
    def __init__(self, client: VendureClient) -> None:
        self._client = client

    async def shown(self, items: Sequence[str], locations: Sequence[str]) -> list[ShownLevel]:
        """Of those items that the shop knows, at each of the locations."""
        shown: list[ShownLevel] = []
        for some in groups(dict.fromkeys(items), READ_AT_ONCE):
            variants = (await self._read(some, locations)).variants
            shown += [
                ShownLevel(item, location, _available(variants[item].at(location)))
                for item in some
                if item in variants
                for location in locations
            ]
        return shown

    async def push(self, levels: Sequence[Level]) -> list[LevelFault]:
        """Sets them. Of two levels of one place the later counts."""
        latest = {(level.item, level.location): level for level in levels}
        faults: list[LevelFault] = []
        for some in groups(latest.values(), SET_AT_ONCE):
            faults += await self._push(some)
        return faults

    async def _push(self, levels: Sequence[Level]) -> list[LevelFault]:
        stock = await self._read([level.item for level in levels], [level.location for level in levels])
        faults: list[LevelFault] = []
        to_set: list[tuple[Level, int]] = []
        for level in levels:
            if fault := _fault(level, stock):
                faults.append(fault)
            else:
                there = stock.variants[level.item].at(level.location)
                if there is None or there.available != _units(level):
                    to_set.append((level, _units(level) + (there.stock_allocated if there else 0)))
        return faults + await self._set(to_set)

    async def _set(self, levels: Sequence[tuple[Level, int]]) -> list[LevelFault]:
        """Sets what is on hand; returns those that do not show what was wanted, because something came between."""
        if not levels:
            return []
        data = await self._client.change(documents.SET_LEVELS, {"input": _inputs(levels)}, SetLevelsData)
        after = {variant.id: variant for variant in data.update_product_variants if variant}
        faults: list[LevelFault] = []
        for level, _ in levels:
            shown = _available(after[level.item].at(level.location)) if level.item in after else None
            if shown != _units(level):
                faults.append(MovedLevel(level.item, level.location, shown))
        return faults

    async def _read(self, items: Sequence[str], locations: Sequence[str]) -> Stock:
        ids, places = list(dict.fromkeys(items)), list(dict.fromkeys(locations))
        if not ids:
            return Stock({}, frozenset())
        variables = {
            "variants": {"filter": {"id": {"in": ids}}, "take": len(ids)},
            "locations": {"filter": {"id": {"in": places}}, "take": max(len(places), 1)},
        }
        data = await self._client.query(documents.LEVELS, variables, LevelsData)
        found = {variant.id: variant for variant in data.product_variants.items}
        return Stock(found, frozenset(place.id for place in data.stock_locations.items))


def groups(many: Iterable[T], size: int) -> Iterator[list[T]]:
    """All of them, in the same order, so many at once."""
    remaining = iter(many)
    while group := list(islice(remaining, size)):
        yield group


def _fault(level: Level, stock: Stock) -> LevelFault | None:
    """Why it cannot be set, or may not be. What shows the wanted figure already was set before."""
    place = level.item, level.location
    if level.item not in stock.variants:
        return RefusedLevel(*place, "the shop has no such variant")
    if level.location not in stock.locations:
        return RefusedLevel(*place, "the shop has no such stock location")
    if _units(level) > MOST:
        return RefusedLevel(*place, f"a level cannot be higher than {MOST:,}")
    there = stock.variants[level.item].at(level.location)
    shown = there.available if there else 0
    if level.last_seen is None or shown in (_whole(level.last_seen), _units(level)):
        return None
    return MovedLevel(*place, Decimal(shown))


def _inputs(levels: Sequence[tuple[Level, int]]) -> list[dict[str, object]]:
    """One input for each variant, with all its places."""
    rows: dict[str, list[dict[str, object]]] = {}
    for level, on_hand in levels:
        rows.setdefault(level.item, []).append({"stockLocationId": level.location, "stockOnHand": on_hand})
    return [{"id": item, "stockLevels": places} for item, places in rows.items()]


def _available(level: StockLevel | None) -> Decimal | None:
    return Decimal(level.available) if level else None


def _units(level: Level) -> int:
    return _whole(level.quantity)


def _whole(quantity: Decimal) -> int:
    return int(quantity.to_integral_value(ROUND_FLOOR))
