"""The port to people's numbers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """A code on its way to a number, sealed, good until that moment and once."""

    id: UUID
    number: str
    sealed: str = field(repr=False)
    ends_at: datetime


class Phones(Protocol):
    """Numbers of which their owners have shown, or are to show, that they read what comes there."""

    async def number(self, user_id: UUID) -> str | None:
        """The person's number."""
        ...

    async def expect(self, user_id: UUID, code: PhoneCode) -> None:
        """From now on this code counts, and no earlier one."""
        ...

    async def expected(self, user_id: UUID) -> PhoneCode | None:
        """The code that counts at present, unless it was used."""
        ...

    async def confirm(self, user_id: UUID, code_id: UUID) -> bool:
        """Uses the code up and makes its number the person's. Returns whether it was still there to be used."""
        ...

    async def remove(self, user_id: UUID) -> None:
        """Forgets number and code."""
        ...
