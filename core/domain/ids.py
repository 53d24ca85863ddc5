"""Identifiers: UUID version 7 (RFC 9562), whose order is the order of their making."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A new identifier, ordered by the millisecond of its making."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def parse_id(text: str) -> UUID | None:
    """The identifier that `text` is in its canonical 36-character form, or None."""
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
