"""What a live development store answered in 2026, on version 2026-04; `data/README.md` says where it comes from."""

import json
import re
from collections.abc import Mapping
from typing import Any

from .fake_shopify.schema import DATA

_GROUP = re.compile(r"gid://shopify/InventoryAdjustmentGroup/\d+")


def recording(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((DATA / "recorded" / f"{name}.json").read_text("utf-8"))
    return read


def answered(response: Mapping[str, Any]) -> dict[str, Any]:
    """An answer without what differs each time: times, the cost, places in the document, and the ids of groups of changes."""
    whole = {name: one for name, one in response.items() if name != "extensions"}
    for error in whole.get("errors", ()):
        error.pop("locations", None)
    settled: dict[str, Any] = _settled(whole)
    return settled


def _settled(value: Any) -> Any:
    if isinstance(value, list):
        return [_settled(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _GROUP.sub("a group", _settled(one)) if name == "id" else _settled(one)
        for name, one in value.items()
        if name not in ("createdAt", "updatedAt")
    }
