"""The port to what people work with."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.domain.access import Actor


class Interests(Protocol):
    """How much each person works with each site and category."""

    async def count(self, company_id: UUID, now: datetime) -> None:
        """Lets what is known fade with the time since the last count, and adds the postings since then."""
        ...

    async def forget(self, actor: Actor, now: datetime) -> None:
        """Forgets what is known of the actor, and what they opened so far. Only what they do from now on counts."""
        ...
