"""The port to what people work with."""

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.report import ReportName
from core.domain.usage import Page

MOST_OPENED = 100
"""Of each kind in one batch."""

_Some = Meta(max_length=MOST_OPENED)


class Opened(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What was opened since the last batch; what was opened twice stands twice. Objects that do not exist, or not for the caller, count
    nothing."""

    pages: Annotated[list[Page], _Some] = []
    reports: Annotated[list[ReportName], _Some] = []
    sites: Annotated[list[UUID], _Some] = []
    categories: Annotated[list[UUID], _Some] = []
    products: Annotated[list[UUID], _Some] = []


class Interests(Protocol):
    """How much each person works with each site, category and product, and uses each page and report."""

    async def count(self, company_id: UUID, now: datetime) -> None:
        """Lets what is known fade with the time since the last count, and adds the postings since then."""
        ...

    async def add(self, actor: Actor, opened: Opened) -> None:
        """Adds what the actor opened, unless they do not want to be counted."""
        ...

    async def forget(self, actor: Actor, now: datetime) -> None:
        """Forgets what is known of the actor, and what they opened so far. Only what they do from now on counts."""
        ...
