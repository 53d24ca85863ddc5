"""What somebody is taken to care for, as they see it themselves."""

from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor


class SiteInterest(msgspec.Struct, frozen=True):
    """How much one works with a site."""

    id: UUID
    code: str
    weight: float


class CategoryInterest(msgspec.Struct, frozen=True):
    """How much one works with a category."""

    id: UUID
    name: str
    weight: float


class InterestsView(msgspec.Struct, frozen=True):
    """What one's own postings of late were about, the most first: each counts one, and half as much ten days later."""

    sites: list[SiteInterest]
    categories: list[CategoryInterest]


class InterestReader(Protocol):
    async def interests(self, actor: Actor) -> InterestsView:
        """What is known of the actor."""
        ...
