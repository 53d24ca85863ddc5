"""The company, its sites and places."""

from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor


class CompanyView(msgspec.Struct, frozen=True):
    """A company's own settings. Nobody approves a request of their own that is worth more than `approval_threshold`, nor a purchase
    order that they handed in above `purchase_approval_threshold`. `over_receipt_tolerance` is in percent."""

    id: UUID
    code: str
    name: str
    locale: str
    time_zone: str
    currency: str
    costing_method: str
    locked_through: datetime | None
    approval_threshold: Decimal | None
    purchase_approval_threshold: Decimal | None
    over_receipt_tolerance: Decimal
    sms_daily_limit: int
    version: int


class LocationView(msgspec.Struct, frozen=True):
    """A place at a site. `address` names it in one word."""

    id: UUID
    code: str
    name: str
    role: str
    address: str


class SiteView(msgspec.Struct, frozen=True):
    """A site with its places."""

    id: UUID
    code: str
    name: str
    type: str
    negative_ok: bool
    active: bool
    version: int
    locations: list[LocationView]


class CompanyReader(Protocol):
    async def company(self, actor: Actor) -> CompanyView: ...
    async def sites(self, actor: Actor) -> list[SiteView]:
        """The sites within the actor's reach, by code."""
        ...
