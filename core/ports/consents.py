"""The port to who wants text messages of a company, as whoever has the number has said."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class TextConsents(Protocol):
    """Numbers (E.164) and what was last said about each. Where nothing was said, messages are wanted."""

    async def wanted(self, company_id: UUID, number: str) -> bool: ...

    async def note(self, company_id: UUID, number: str, *, wanted: bool, at: datetime) -> None:
        """Remembers what was said at that moment, unless something was said later."""
        ...
