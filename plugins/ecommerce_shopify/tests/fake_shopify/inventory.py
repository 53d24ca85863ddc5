"""Levels of the shop's items, as the live store answered in the recordings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from .answers import Record, level_record, location_record, user_error
from .records import Shop, StockLevel, Variant, gid, number_in

MOST = 1_000_000_000
REASONS = (
    "correction, cycle_count_available, damaged, movement_canceled, movement_created, movement_received, "
    "movement_updated, other, promotion, quality_control, received, reservation_created, reservation_deleted, "
    "reservation_updated, restock, safety_stock, shrinkage"
)

Changed = Callable[[int, int, StockLevel], None]


@dataclass
class _Row:
    variant: Variant | None
    location: int | None
    quantity: int
    expected: int | None


class Inventory:
    """`changed` is told of every level that somebody has changed. From 2026-10 on there is no code of its own for what is not stocked at a
    location, and that INVALID_LOCATION took its place is a guess."""

    def __init__(self, shop: Shop, changed: Changed, version: str) -> None:
        self._shop, self._changed = shop, changed
        self._not_stocked = "ITEM_NOT_STOCKED_AT_LOCATION" if version < "2026-10" else "INVALID_LOCATION"

    def set(self, given: Mapping[str, Any]) -> Record:
        """`inventorySetQuantities`: all rows or none."""
        for row in given["quantities"]:
            if "changeFromQuantity" not in row:
                message = "InventoryQuantityInput must include the following argument: changeFromQuantity."
                raise GraphQLError(message, extensions={"code": "INVALID_FIELD_ARGUMENTS"})
        rows = [self._row(row) for row in given["quantities"]]
        errors = [
            *_errors_of_request(given),
            *(error for index, row in enumerate(rows) for error in self._errors(index, row, given["name"])),
        ]
        errors += _repeated(rows)
        if errors:
            return {"inventoryAdjustmentGroup": None, "userErrors": errors}
        changes = [change for row in rows for change in self._apply(row, given["name"])]
        return {"inventoryAdjustmentGroup": _group(given, changes) if changes else None, "userErrors": []}

    def edit(self, item: int, location: int, available: int) -> None:
        """Somebody changes a level in the shop's own pages."""
        level = self._shop.levels.setdefault((item, location), StockLevel())
        level.available = available
        self._changed(item, location, level)

    def activate(self, item: str, location: str, available: int | None, on_hand: int | None) -> Record:
        """`inventoryActivate`."""
        variant = self._shop.variant_of_item(number_in(item, "InventoryItem"))
        place = self._shop.locations.get(number_in(location, "Location") or 0)
        if variant is None or place is None or not place.active:
            return _not_activated(
                "The product couldn't be stocked because it or the location was not found.", "inventoryItemId"
            )
        level = self._shop.levels.get((variant.item, place.number))
        start = f"The product couldn't be stocked at {place.name} because "
        if available is not None and on_hand is not None:
            words = start + "not allowed to set available and on_hand quantities at the same time."
            return _not_activated(words, "available", "onHand")
        if abs(on_hand or available or 0) > MOST:
            return _not_activated(start + "the quantity needs to be between -1 billion and 1 billion.", "onHand")
        errors = []
        if level and level.active:
            for name, given in (("available", available), ("onHand", on_hand)):
                if given is not None:
                    what = "an on_hand" if name == "onHand" else "an available"
                    words = f"Not allowed to set {what} quantity when the item is already active at the location."
                    errors.append(user_error(words, [name]))
        elif level:
            level.active = True
        else:
            level = self._shop.levels[variant.item, place.number] = StockLevel(on_hand or available or 0)
        return {"inventoryLevel": level_record(self._shop, variant, place.number, level), "userErrors": errors}

    def _row(self, given: Mapping[str, Any]) -> _Row:
        place = self._shop.locations.get(number_in(given["locationId"], "Location") or 0)
        variant = self._shop.variant_of_item(number_in(given["inventoryItemId"], "InventoryItem"))
        return _Row(variant, place.number if place else None, given["quantity"], given["changeFromQuantity"])

    def _errors(self, index: int, row: _Row, name: str) -> list[Mapping[str, object]]:
        errors = []

        def wrong(field: str, message: str, code: str) -> None:
            errors.append(user_error(message, ["input", "quantities", str(index), field], code))

        if row.variant is None:
            wrong("inventoryItemId", "The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM")
        if row.location is None:
            wrong("locationId", "The specified location could not be found.", "INVALID_LOCATION")
        if row.quantity > MOST:
            wrong("quantity", "The quantity can't be higher than 1,000,000,000.", "INVALID_QUANTITY_TOO_HIGH")
        elif row.quantity < 0 and name == "on_hand":
            wrong("quantity", "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE")
        elif row.quantity < -MOST:
            wrong("quantity", "The quantity can't be lower than -1,000,000,000.", "INVALID_QUANTITY_TOO_LOW")
        if row.variant is not None and row.location is not None and not errors:
            level = self._shop.levels.get((row.variant.item, row.location))
            if level is None or not level.active:
                wrong(
                    "locationId",
                    "The specified inventory item is not stocked at the location.",
                    self._not_stocked,
                )
            elif row.expected is not None and row.expected != (
                level.available if name == "available" else level.on_hand
            ):
                words = "The changeFromQuantity value does not match the persisted quantity."
                wrong("changeFromQuantity", words, "CHANGE_FROM_QUANTITY_STALE")
        return errors

    def _apply(self, row: _Row, name: str) -> list[Record]:
        assert row.variant is not None
        assert row.location is not None
        level = self._shop.levels[row.variant.item, row.location]
        delta = row.quantity - (level.available if name == "available" else level.on_hand)
        if not delta:
            return []
        level.available += delta
        self._changed(row.variant.item, row.location, level)
        item = {"id": gid("InventoryItem", row.variant.item)}
        place = location_record(self._shop.locations[row.location])
        return [
            {"name": one, "delta": delta, "quantityAfterChange": None, "item": item, "location": place}
            for one in ("available", "on_hand")
        ]


def _errors_of_request(given: Mapping[str, Any]) -> list[Mapping[str, object]]:
    errors = []
    if given["reason"] not in REASONS.split(", "):
        words = f"The specified reason is invalid. Valid values are: {REASONS}."
        errors.append(user_error(words, ["input", "reason"], "INVALID_REASON"))
    if given["name"] not in ("available", "on_hand"):
        errors.append(user_error("The specified quantity name is invalid.", ["input", "name"], "INVALID_NAME"))
    return errors


def _repeated(rows: list[_Row]) -> list[Mapping[str, object]]:
    places = [(row.variant.item, row.location) for row in rows if row.variant and row.location]
    if len(set(places)) == len(places):
        return []
    words = "The combination of inventoryItemId and locationId must be unique."
    return [user_error(words, ["input", "quantities"], "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR")]


def _group(given: Mapping[str, Any], changes: list[Record]) -> Record:
    return {
        "id": "gid://shopify/InventoryAdjustmentGroup/1",
        "createdAt": "2026-01-01T00:00:00Z",
        "reason": given["reason"],
        "referenceDocumentUri": given.get("referenceDocumentUri"),
        "changes": lambda **_: changes,
    }


def _not_activated(words: str, *fields: str) -> Record:
    return {"inventoryLevel": None, "userErrors": [user_error(words, [field]) for field in fields]}
