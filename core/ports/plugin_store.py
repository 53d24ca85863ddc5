"""The port to what a plugin remembers of a company between two calls: small values by name."""

from typing import Protocol

MOST_BYTES = 64_000
MOST_ENTRIES = 10_000
LONGEST_NAME = 200


class PluginStore(Protocol):
    """One company's drawer of one plugin. It is kept, exported or thrown away with the plugin. Secrets belong in its settings."""

    async def get(self, name: str) -> bytes | None: ...

    async def put(self, name: str, value: bytes) -> None:
        """Replaces what was there. Raises ValueError for a name or value that is too long, or one name too many."""
        ...

    async def remove(self, name: str) -> None:
        """Forgets it; without effect where there is nothing."""
        ...
