"""What is known of what somebody works with, as they see it themselves."""

from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.report import ReportName
from core.domain.usage import Page


class PageUse(msgspec.Struct, frozen=True):
    """How much one uses a page."""

    page: Page
    weight: float


class ReportUse(msgspec.Struct, frozen=True):
    """How much one uses a report."""

    report: ReportName
    weight: float


class SiteInterest(msgspec.Struct, frozen=True):
    """How much one works with a site."""

    id: UUID
    code: str
    name: str
    weight: float


class CategoryInterest(msgspec.Struct, frozen=True):
    """How much one works with a category."""

    id: UUID
    name: str
    weight: float


class ProductInterest(msgspec.Struct, frozen=True):
    """How much one works with a product."""

    id: UUID
    sku: str
    name: str
    weight: float


class UsageView(msgspec.Struct, frozen=True):
    """What is known of one: of each kind the most used first, at most a hundred. What was opened and each posting counts one, and half as
    much `half_life_days` later. `counted` is false for those who do not want to be counted."""

    counted: bool
    half_life_days: int
    pages: list[PageUse]
    reports: list[ReportUse]
    sites: list[SiteInterest]
    categories: list[CategoryInterest]
    products: list[ProductInterest]


class InterestReader(Protocol):
    async def usage(self, actor: Actor) -> UsageView:
        """What is known of the actor, of what they may still see."""
        ...
