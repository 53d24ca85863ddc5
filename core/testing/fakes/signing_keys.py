"""`SigningKeys` and `Sealing` in memory."""

import base64
from collections.abc import Sequence
from datetime import datetime

from core.ports.identity import StoredKey
from core.ports.sealing import Unsealable


class InMemorySigningKeys:
    """Keys of one process."""

    def __init__(self) -> None:
        self._keys: list[StoredKey] = []

    async def all(self) -> Sequence[StoredKey]:
        return sorted(self._keys, key=lambda key: key.signs_from, reverse=True)

    async def add(self, key: StoredKey, *, only_if_newest: datetime | None) -> None:
        if max((one.signs_from for one in self._keys), default=None) == only_if_newest:
            self._keys.append(key)

    async def drop(self, kids: Sequence[str]) -> None:
        self._keys = [key for key in self._keys if key.kid not in kids]


class OpenSealing:
    """Seals nothing, but holds to the places."""

    def seal(self, plain: bytes, place: str) -> str:
        return f"{base64.urlsafe_b64encode(place.encode()).decode()}.{base64.urlsafe_b64encode(plain).decode()}"

    def open(self, sealed: str, place: str) -> bytes:
        said, _, content = sealed.partition(".")
        if base64.urlsafe_b64decode(said).decode() != place:
            raise Unsealable("this was not sealed for this place")
        return base64.urlsafe_b64decode(content)
