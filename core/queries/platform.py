"""The companies of the platform, as their owner sees them."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.queries.paging import Page


class TenantView(msgspec.Struct, frozen=True):
    """A company from outside."""

    id: UUID
    code: str
    name: str
    suspended: bool
    created_at: datetime
    version: int


class TenantReader(Protocol):
    """Reads companies for somebody who may see all of them."""

    async def tenants(
        self, actor: Actor, suspended: bool | None, limit: int, cursor: str | None, *, total: bool
    ) -> Page[TenantView]:
        """Companies by code, all or only those that are (or are not) suspended."""
        ...

    async def tenant(self, actor: Actor, company_id: UUID) -> TenantView:
        """One company. NotFound `company_not_found`."""
        ...
