"""Identifiers: UUID version 7 (RFC 9562), whose order is the order of their making."""

import os
import time
from io import BytesIO
from uuid import UUID

_FETCHED_AT_ONCE = 4096  # bytes: to ask the system for ten of them costs more than all the rest of an identifier

_reserve = BytesIO()


def new_id() -> UUID:
    """A new identifier, ordered by the millisecond of its making."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(random_bytes(10))
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def parse_id(text: str) -> UUID | None:
    """The identifier that `text` is in its canonical 36-character form, or None."""
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None


def random_bytes(count: int) -> bytes:
    """So many bytes of the system's randomness, for identifiers; secrets are fetched one by one."""
    global _reserve
    found = _reserve.read(count)
    if len(found) < count:
        fresh = BytesIO(os.urandom(max(count, _FETCHED_AT_ONCE)))
        found, _reserve = fresh.read(count), fresh
    return found


def _forget() -> None:
    _reserve.seek(0, os.SEEK_END)


os.register_at_fork(after_in_child=_forget)  # two processes must not have the same
