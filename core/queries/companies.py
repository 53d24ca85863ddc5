"""The company, its sites and places, its people."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor


class CompanyView(msgspec.Struct, frozen=True):
    """A company's own settings."""

    id: UUID
    code: str
    name: str
    locale: str
    time_zone: str
    currency: str
    costing_method: str
    locked_through: datetime | None
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


class UserView(msgspec.Struct, frozen=True):
    """A member of the company; `sites` None means all of them."""

    id: UUID
    login: str
    name: str
    role: str
    sites: list[UUID] | None
    active: bool


class CompanyReader(Protocol):
    async def company(self, actor: Actor) -> CompanyView: ...
    async def sites(self, actor: Actor) -> list[SiteView]:
        """The sites within the actor's reach, by code."""
        ...

    async def users(self, actor: Actor) -> list[UserView]: ...
