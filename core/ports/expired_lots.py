"""The port to lots that lie where they could be taken although they have expired."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ExpiredLot:
    """What is on hand of an expired lot in one location, and the quarantine of that site."""

    site_id: UUID
    product_id: UUID
    lot_id: UUID
    location_id: UUID
    quarantine_id: UUID
    quantity: Decimal


class ExpiredLots(Protocol):
    async def expired(self, company_id: UUID, day: date) -> Sequence[ExpiredLot]:
        """Lots that expired before this day and lie outside quarantine, by site."""
        ...
