"""The addresses to which a company sends nothing more."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.queries.paging import Page


class BlockedAddressView(msgspec.Struct, frozen=True):
    """`reason` is what the carrier of the mails reported, `person` the member whose address it is, where it is somebody's."""

    id: UUID
    address: str
    reason: str
    since: datetime
    person: str | None


class BlockedAddressReader(Protocol):
    async def blocked(self, actor: Actor, limit: int, cursor: str | None) -> Page[BlockedAddressView]:
        """The latest first."""
        ...
