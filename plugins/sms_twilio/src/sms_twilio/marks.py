"""What we remember of messages, because Twilio knows no keys: what we were about to hand over, and what it called what it took."""

import asyncio
from datetime import datetime
from hashlib import sha256

import msgspec

from core.ports.plugin_store import PluginStore

DRAWERS = 512
MOST_IN_A_DRAWER = 40  # the latest


class Mark(msgspec.Struct, frozen=True):
    """A message under its key: since when it may be at Twilio, and its name there once that is known."""

    key: str
    since: datetime
    sid: str | None = None


class Marks:
    """Those of the messages to one number lie in one drawer, which other numbers share. Drawers keep the latest marks only: they are needed
    for the hours in which a message is tried."""

    def __init__(self, store: PluginStore) -> None:
        self._store, self._lock = store, asyncio.Lock()

    async def of(self, number: str) -> list[Mark]:
        """The marks of the number's drawer, the oldest first."""
        stored = await self._store.get(_drawer(number))
        return msgspec.json.decode(stored, type=list[Mark]) if stored else []

    async def put(self, number: str, mark: Mark) -> None:
        """Remembers the mark in place of an earlier one of its key."""
        await self._change(number, mark.key, [mark])

    async def remove(self, number: str, key: str) -> None:
        """Forgets a message that was not taken."""
        await self._change(number, key, [])

    async def _change(self, number: str, key: str, marks: list[Mark]) -> None:
        async with self._lock:
            others = [mark for mark in await self.of(number) if mark.key != key]
            kept = [*others, *marks][-MOST_IN_A_DRAWER:]
            await self._store.put(_drawer(number), msgspec.json.encode(kept))


def _drawer(number: str) -> str:
    return f"marks/{int.from_bytes(sha256(number.encode()).digest()[:4], 'big') % DRAWERS}"
