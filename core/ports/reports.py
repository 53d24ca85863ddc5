"""What a report is narrowed to, and whether it can be."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.report import ReportName


class ReportFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a report is narrowed to. Days are days of the company: of a period both ends belong to it. `site` is an id or a code, `product`
    an id or a SKU; `category` includes what lies below it. The last thirty days, or today, where nothing is said."""

    since: date | None = None
    until: date | None = None
    day: date | None = None
    site: str | None = None
    category: UUID | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What a report is called, and of what it speaks."""

    title: str
    about: str


class ReportCheck(Protocol):
    async def check(self, actor: Actor, name: ReportName, asked: ReportFilter) -> None:
        """Raises what showing the report would raise."""
        ...
