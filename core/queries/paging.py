"""Keyset pages: a cursor says after which row to go on, so a page costs the same however deep it lies."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

import msgspec

from core.domain.errors import Invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 500

Item = TypeVar("Item")


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """Some items in order, the cursor of the next page (None at the end), and the exact total where it was asked for."""

    items: list[Item]
    next_cursor: str | None = None
    total: int | None = None


def encode_cursor(*position: Any) -> str:
    """An opaque cursor from the sort values of the last row shown."""
    return urlsafe_b64encode(msgspec.json.encode(position)).decode().rstrip("=")


Position = TypeVar("Position")


def decode_cursor(cursor: str | None, shape: type[Position]) -> Position | None:
    """The position of a cursor whose values have the types of the tuple type `shape`."""
    if cursor is None:
        return None
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        if b"\\u0000" in text:  # which no row of ours can hold
            raise ValueError("NUL")
        position = msgspec.json.decode(text, type=shape)
        if any(isinstance(value, Decimal) and not value.is_finite() for value in cast("tuple[object, ...]", position)):
            raise ValueError("no position")
        return position
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise _bad_cursor() from error


def day_of(text: str) -> str:
    """A day in a cursor, where it may also be `infinity` or `-infinity`: after all days, or before them."""
    try:
        return text if text.removeprefix("-") == "infinity" else date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise _bad_cursor() from error


def _bad_cursor() -> Invalid:
    return Invalid("bad_cursor", "this cursor is not one of this list")


def page_of(rows: list[Item], limit: int, cursor_of: Any, total: int | None = None) -> Page[Item]:
    """A page from up to `limit` + 1 rows: the extra one only tells that there is more."""
    shown = rows[:limit]
    return Page(shown, cursor_of(shown[-1]) if len(rows) > limit else None, total)
