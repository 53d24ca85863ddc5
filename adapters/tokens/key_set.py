"""The keys that sign tokens, each in its turn. A key is published a day before it signs, and kept a day after the last one it signed."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from joserfc.jwk import OKPKey

from core.ports.clock import Clock
from core.ports.identity import SigningKeys, StoredKey
from core.ports.sealing import Sealing

ALGORITHM: Final = "Ed25519"
TERM = timedelta(days=30)
NOTICE = timedelta(days=1)
KEPT = timedelta(days=1)
RELOAD = 60.0  # seconds
NOW = 0.0
RELOAD_UNKNOWN = 5.0  # seconds, when a token names a key that is not known yet


@dataclass(frozen=True, slots=True)
class _Key:
    key: OKPKey
    signs_from: datetime


class KeySet:
    """What this process knows of the keys: at most `RELOAD` seconds old, so a key that is dropped counts nowhere after that."""

    def __init__(self, store: SigningKeys, sealing: Sealing, clock: Clock, elapsed: Callable[[], float]) -> None:
        self._store, self._sealing, self._clock, self._elapsed = store, sealing, clock, elapsed
        self._keys: dict[str, _Key] = {}
        self._loaded_at = float("-inf")
        self._loading = asyncio.Lock()

    async def signing(self) -> OKPKey:
        """The key whose turn it is. The first one is made here, and so is the next when the present one has nearly had its term."""
        await self._reload(RELOAD)
        now = self._clock.now()
        newest = max((key.signs_from for key in self._keys.values()), default=None)
        if newest is None:
            await self._add(now, None)
            await self._reload(NOW)
        elif newest + TERM - NOTICE <= now:
            await self._take_turns(now, newest)
            await self._reload(NOW)
        in_turn = sorted(self._keys.values(), key=lambda key: key.signs_from)
        due = [key for key in in_turn if key.signs_from <= now]
        # The first key signs also where the clock is behind that of whoever made it.
        return (due or in_turn[:1])[-1].key

    async def verifying(self, kid: str) -> OKPKey | None:
        """The key of this id, if what it signed counts."""
        await self._reload(RELOAD)
        if kid not in self._keys:
            await self._reload(RELOAD_UNKNOWN)
        known = self._keys.get(kid)
        return known.key if known else None

    async def published(self) -> Sequence[OKPKey]:
        """All keys by which a token may have been signed now or tomorrow."""
        await self.signing()
        return [known.key for known in self._keys.values()]

    async def replace_all(self) -> None:
        """Drops every key for a new one: nothing that was signed before counts, everywhere within `RELOAD` seconds."""
        kids = [key.kid for key in await self._store.all()]
        await self._store.drop(kids)
        await self._add(self._clock.now(), None)
        await self._reload(NOW)

    async def _take_turns(self, now: datetime, newest: datetime) -> None:
        """Adds the key that follows `newest`, and drops those that signed nothing which may still be shown. Of several processes
        that try, one succeeds."""
        await self._add(now + NOTICE, newest)
        keys = await self._store.all()
        old = [key.kid for later, key in pairwise(keys) if later.signs_from + KEPT <= now]
        if old:
            await self._store.drop(old)

    async def _add(self, signs_from: datetime, only_if_newest: datetime | None) -> None:
        key = OKPKey.generate_key(ALGORITHM, auto_kid=True)
        kid = str(key.kid)
        sealed = self._sealing.seal(key.as_pem(private=True), _place(kid))
        await self._store.add(StoredKey(kid, sealed, signs_from), only_if_newest=only_if_newest)

    async def _reload(self, age: float) -> None:
        if self._elapsed() - self._loaded_at < age:
            return
        async with self._loading:  # whoever comes meanwhile waits, rather than find no key
            if self._elapsed() - self._loaded_at < age:
                return
            stored = await self._store.all()
            self._keys = {one.kid: self._keys.get(one.kid) or self._opened(one) for one in stored}
            self._loaded_at = self._elapsed()

    def _opened(self, stored: StoredKey) -> _Key:
        key = OKPKey.import_key(self._sealing.open(stored.sealed, _place(stored.kid)), {"kid": stored.kid})
        return _Key(key, stored.signs_from)


def _place(kid: str) -> str:
    return f"signing_key|sealed|{kid}"
