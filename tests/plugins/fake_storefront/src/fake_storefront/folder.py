"""The shop in its folder. Files are replaced whole, so that a reader in another process sees one state or the other."""

import os
from pathlib import Path

import msgspec

from core.ports.storefront import Item, Level


class ShopState(msgspec.Struct):
    """`items` by id are SKUs; `trouble` is what the next call meets."""

    items: dict[str, str] = {}
    levels: dict[str, str] = {}
    page_size: int = 2
    trouble: str = ""


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
        return [Item(item, sku) for item, sku in sorted(self.read().items.items())]

    def set_levels(self, levels: list[Level]) -> None:
        state = self.read()
        state.levels |= {f"{level.item}@{level.location}": format(level.quantity, "f") for level in levels}
        self.write(state)

    def log(self, *call: object) -> None:
        with self._calls.open("ab") as calls:
            calls.write(msgspec.json.encode(call) + b"\n")

    def calls(self) -> list[list[object]]:
        lines = self._calls.read_bytes().splitlines() if self._calls.exists() else []
        return [msgspec.json.decode(line) for line in lines]
