"""Levels: reading what the shop shows, and setting it, all rows of a request or none."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_FLOOR
from itertools import islice
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid4, uuid5

from core.ports.failures import PermanentlyRejected, PortFailure, RateLimited
from core.ports.storefront import Level, LevelFault, MovedLevel, RefusedLevel, ShownLevel

from . import documents
from .answers import USUAL_WAIT, UserError, in_words, user_errors
from .client import ShopifyClient
from .mapping import level_of

ROWS = 250  # the longest list that an argument may be
READ_AT_ONCE = 100
MOST = 1_000_000_000

_STALE = "CHANGE_FROM_QUANTITY_STALE"
# The first is gone from 2026-10; which code took its place is not written anywhere.
_MAYBE_NOT_STOCKED = {"ITEM_NOT_STOCKED_AT_LOCATION", "INVALID_LOCATION"}
_BUSY = "IDEMPOTENCY_CONCURRENT_REQUEST"
_SPENT = {"IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"}
_OF_THE_REQUEST = {"INVALID_NAME", "INVALID_REASON", "INVALID_REFERENCE_DOCUMENT"}
_ATTEMPTS = 3
_KEYS = uuid5(NAMESPACE_URL, "https://shopify.dev/docs/api/usage/idempotent-requests")

T = TypeVar("T")


class Levels:
    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def shown(self, items: Sequence[str], locations: Iterable[str]) -> list[ShownLevel]:
        return [level_of(item, location) for location in locations for item in await self._read(items, location)]

    async def push(self, levels: Sequence[Level]) -> list[LevelFault]:
        """Sets them, in as few requests as they fit into. Of two levels of one place the later counts."""
        latest = {(level.item, level.location): level for level in levels}
        faults: list[LevelFault] = [_refused(level, _TOO_MANY) for level in latest.values() if _units(level) > MOST]
        fitting = [level for level in latest.values() if _units(level) <= MOST]
        for rows in _groups(fitting, ROWS):
            faults += await self._place(rows)
        return faults

    async def _place(self, rows: Sequence[Level]) -> list[LevelFault]:
        """Sets levels of at most `ROWS` places. What was never seen there may not be counted or stocked yet."""
        refused = await self._prepare([row for row in rows if row.last_seen is None])
        uncounted = {row for row, _ in refused}
        faults = await self._set([row for row in rows if row not in uncounted])
        moved = [fault for fault in faults if isinstance(fault, MovedLevel)]
        others = [fault for fault in faults if not isinstance(fault, MovedLevel)]
        return [*(_refused(row, reason) for row, reason in refused), *others, *await self._with_shown(moved)]

    async def _set(self, rows: Sequence[Level]) -> list[LevelFault]:
        """Sets what can be set; whenever rows are found wrong, the others are sent again under a new key."""
        faults: list[LevelFault] = []
        stocked: set[Level] = set()
        while rows and (errors := await self._send(rows)):
            named = {error.row: error for error in errors if error.row is not None and error.row < len(rows)}
            if not named:
                return faults + await self._search(rows, errors)
            wrong = {rows[number]: error for number, error in named.items()}
            missing = [row for row, error in wrong.items() if error.code in _MAYBE_NOT_STOCKED and row not in stocked]
            await self._prepare(missing)
            stocked |= set(missing)
            faults += [_fault(row, error) for row, error in wrong.items() if row not in missing]
            rows = [row for row in rows if row not in wrong or row in missing]
        return faults

    async def _search(self, rows: Sequence[Level], errors: Sequence[UserError]) -> list[LevelFault]:
        """Something is wrong with some row, and Shopify does not say which: each half is tried by itself."""
        if any(error.code in _OF_THE_REQUEST or error.code is None for error in errors):
            raise PermanentlyRejected(in_words(errors))
        if len(rows) == 1:
            return [_fault(rows[0], errors[0])]
        middle = len(rows) // 2
        return await self._set(rows[:middle]) + await self._set(rows[middle:])

    async def _send(self, rows: Sequence[Level]) -> Sequence[UserError]:
        """One request. The same rows have the same key, unless Shopify says that it is spent."""
        key = _key(rows)
        for _ in range(_ATTEMPTS):
            data = await self._client.execute(documents.SET_LEVELS, {"input": _input(rows, key), "key": key})
            errors = user_errors(data["inventorySetQuantities"])
            codes = {error.code for error in errors}
            if _BUSY in codes:
                raise RateLimited(USUAL_WAIT, in_words(errors))
            if not codes & _SPENT:
                return errors
            key = str(uuid4())
        raise RateLimited(USUAL_WAIT, in_words(errors))

    async def _prepare(self, rows: Sequence[Level]) -> list[tuple[Level, str]]:
        """Has the shop count the items and stock them at their locations, where it does not. Returns what it will not count, and why."""
        refused = []
        for location, there in _by_location(rows).items():
            known = {item["id"]: item for item in await self._read([row.item for row in there], location)}
            for row in there:
                item = known.get(row.item)
                if item and not item["tracked"] and (reason := await self._track(row)):
                    refused.append((row, reason))
                elif item and (item["inventoryLevel"] is None or not item["inventoryLevel"]["isActive"]):
                    await self._activate(row)
        return refused

    async def _track(self, row: Level) -> str:
        data = await self._client.execute(documents.TRACK, {"item": row.item}, repeatable=True)
        return in_words(user_errors(data["inventoryItemUpdate"]))

    async def _activate(self, row: Level) -> None:
        """Where that is not possible, setting the level says so."""
        variables = {"item": row.item, "location": row.location, "key": str(uuid4())}
        await self._client.execute(documents.ACTIVATE, variables, repeatable=True)

    async def _with_shown(self, moved: Sequence[MovedLevel]) -> list[LevelFault]:
        """What they show now, if that can be learned."""
        faults: list[LevelFault] = []
        for location, there in _by_location(moved).items():
            try:
                found = await self.shown([one.item for one in there], [location])
            except PortFailure:
                found = []
            quantities = {one.item: one.quantity for one in found}
            faults += [MovedLevel(one.item, location, quantities.get(one.item)) for one in there]
        return faults

    async def _read(self, items: Sequence[str], location: str) -> list[dict[str, Any]]:
        """The items that the shop knows, with their level there."""
        found: list[dict[str, Any]] = []
        for some in _groups(list(dict.fromkeys(items)), READ_AT_ONCE):
            data = await self._client.execute(documents.LEVELS, {"items": some, "location": location})
            found += [node for node in data["nodes"] if node]
        return found


_TOO_MANY = f"a level cannot be higher than {MOST:,}"

Place = TypeVar("Place", Level, MovedLevel)


def _units(level: Level) -> int:
    return int(level.quantity.to_integral_value(ROUND_FLOOR))


def _input(rows: Sequence[Level], key: str) -> dict[str, object]:
    """Every row has its `changeFromQuantity`: null says that nothing is compared, and leaving it out is refused."""
    return {
        "name": "available",
        "reason": "correction",
        "referenceDocumentUri": f"gid://pirwa/StockSync/{key}",
        "quantities": [
            {
                "inventoryItemId": row.item,
                "locationId": row.location,
                "quantity": _units(row),
                "changeFromQuantity": None if row.last_seen is None else int(row.last_seen),
            }
            for row in rows
        ],
    }


def _key(rows: Sequence[Level]) -> str:
    """The same for the same intents together; of an intent without a key nobody knows whether it is the same."""
    if not all(row.key for row in rows):
        return str(uuid4())
    parts = (f"{row.key} {row.item} {row.location} {_units(row)} {row.last_seen}" for row in rows)
    return str(uuid5(_KEYS, "\n".join(parts)))


def _fault(row: Level, error: UserError) -> LevelFault:
    return MovedLevel(row.item, row.location) if error.code == _STALE else _refused(row, error.message)


def _refused(row: Level, reason: str) -> RefusedLevel:
    return RefusedLevel(row.item, row.location, reason)


def _by_location(rows: Sequence[Place]) -> dict[str, list[Place]]:
    places: dict[str, list[Place]] = defaultdict(list)
    for row in rows:
        places[row.location].append(row)
    return places


def _groups(rows: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    remaining = iter(rows)
    while group := list(islice(remaining, size)):
        yield group
