"""The shop in its folder. Files are replaced whole, so that a reader in another process sees one state or the other."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

from core.domain.remote_order import RemoteFulfilment, RemoteLine, RemoteOrder, RemoteQuantity
from core.ports.storefront import Item, Level, LevelFault, MovedLevel, Price, RefusedLevel

LOCATION = "main"
_OPENED = datetime(2026, 1, 1, tzinfo=UTC)


class ShopState(msgspec.Struct):
    """`items` by id are SKUs, `levels` by item@location; `trouble` is what the next call meets. `keys` are those of levels that were set.
    `orders` are the present pictures, `changes` the ids of those that were placed or changed, one after the other. With a `seed` about a
    third of the calls fail, always the same ones; `calls` counts them. `list_busy`: so often the list of items is not ready yet; it may break
    altogether, and so may the list of orders."""

    items: dict[str, str] = {}
    barcodes: dict[str, str] = {}
    levels: dict[str, str] = {}
    prices: dict[str, str] = {}
    uncounted: list[str] = []
    keys: list[str] = []
    orders: dict[str, RemoteOrder] = {}
    changes: list[str] = []
    listening: str | None = None
    page_size: int = 2
    trouble: str = ""
    seed: int | None = None
    calls: int = 0
    list_busy: int = 0
    list_breaks: bool = False
    orders_down: bool = False


class ShopFolder:
    def __init__(self, folder: Path) -> None:
        self._state = folder / "shop.json"
        self._calls = folder / "calls.jsonl"

    def read(self) -> ShopState:
        return msgspec.json.decode(self._state.read_bytes(), type=ShopState)

    def write(self, state: ShopState) -> None:
        draft = self._state.with_suffix(".draft")
        draft.write_bytes(msgspec.json.encode(state))
        os.replace(draft, self._state)  # noqa: PTH105 - atomic

    def items(self) -> list[Item]:
        state = self.read()
        return [
            Item(
                item,
                sku,
                state.barcodes.get(item, ""),
                title=f"Item {sku}",
                price=_number(state.prices.get(item)),
                counted=item not in state.uncounted,
            )
            for item, sku in sorted(state.items.items())
        ]

    def shown(self, item: str, location: str) -> Decimal | None:
        return _number(self.read().levels.get(f"{item}@{location}"))

    def set_levels(self, levels: list[Level]) -> list[LevelFault]:
        """Sets those that it knows and that are what was last seen. Returns what is wrong with the others."""
        state, known = self.read(), set(self.read().keys)
        faults = [fault for level in levels if (fault := _set_level(state, known, level))]
        self.write(state)
        return faults

    def set_prices(self, prices: list[Price]) -> None:
        state = self.read()
        state.prices |= {price.item: format(price.amount, "f") for price in prices}
        self.write(state)

    # ---- what happens in the shop itself

    def edit(self, item: str, quantity: str, location: str = LOCATION) -> None:
        """Somebody sets a level by hand."""
        state = self.read()
        state.levels[f"{item}@{location}"] = quantity
        self.write(state)

    def place(self, item: str, quantity: str, location: str = LOCATION) -> str:
        """A customer orders, and as many fewer can be sold."""
        state = self.read()
        number = len(state.orders) + 1
        line = RemoteLine("1", item, state.items[item], f"Item {item}", Decimal(quantity), Decimal("9.5"))
        now = _time(state)
        _change(state, RemoteOrder(f"o{number}", f"#{number}", now, now, "USD", [line], location))
        _add(state, item, location, -line.quantity)
        self.write(state)
        return f"o{number}"

    def cancel(self, order_id: str) -> None:
        state = self.read()
        order = state.orders[order_id]
        _change(state, replace(order, updated_at=_time(state), cancelled_at=_time(state)))
        for line in order.lines:
            _add(state, line.item or "", order.location or LOCATION, line.quantity)
        self.write(state)

    def fulfil(self, order_id: str) -> None:
        state = self.read()
        order = state.orders[order_id]
        lines = [RemoteQuantity(line.id, line.quantity) for line in order.lines]
        sent = RemoteFulfilment("f1", _time(state), order.location, lines)
        _change(state, replace(order, updated_at=_time(state), fulfilments=[sent]))
        self.write(state)

    # ---- what it was asked

    def log(self, *call: object) -> None:
        with self._calls.open("ab") as calls:
            calls.write(msgspec.json.encode(call) + b"\n")

    def calls(self, *kinds: str) -> list[list[object]]:
        """All, or those of these kinds."""
        lines = self._calls.read_bytes().splitlines() if self._calls.exists() else []
        calls = [msgspec.json.decode(line) for line in lines]
        return [call for call in calls if not kinds or call[0] in kinds]


def _set_level(state: ShopState, known: set[str], level: Level) -> LevelFault | None:
    shown = _number(state.levels.get(f"{level.item}@{level.location}"))
    if level.item not in state.items:
        return RefusedLevel(level.item, level.location, "no such item")
    if level.key in known:
        return None
    if level.last_seen is not None and level.last_seen != shown:
        return MovedLevel(level.item, level.location, shown)
    state.levels[f"{level.item}@{level.location}"] = format(level.quantity, "f")
    if level.key:
        state.keys.append(level.key)
    return None


def _change(state: ShopState, order: RemoteOrder) -> None:
    state.orders[order.id] = order
    state.changes.append(order.id)


def _add(state: ShopState, item: str, location: str, quantity: Decimal) -> None:
    shown = _number(state.levels.get(f"{item}@{location}")) or Decimal(0)
    state.levels[f"{item}@{location}"] = format(shown + quantity, "f")


def _time(state: ShopState) -> datetime:
    return _OPENED + timedelta(seconds=len(state.changes))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
