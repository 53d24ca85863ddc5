"""The port to the keys that keep secrets unreadable at rest."""

from typing import Protocol


class Unsealable(Exception):
    """What was to be opened is not what was sealed for this place, or its key is gone."""


class Sealing(Protocol):
    """Seals what only we may read again. A seal holds in one place alone: a value moved to another row cannot be opened."""

    def seal(self, plain: bytes, place: str) -> str:
        """An ASCII text that only `open` with the same place understands. A place is `table|column|id|company`."""
        ...

    def open(self, sealed: str, place: str) -> bytes:
        """What was sealed. Raises `Unsealable`."""
        ...


class Resealing(Sealing, Protocol):
    """Knows which of its keys is the newest."""

    def is_newest(self, sealed: str) -> bool:
        """Whether a text was sealed with the key that seals now."""
        ...
