"""The port to what is found by looking at all of a company at once."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Watch(Protocol):
    """Each look notes what holds and tells, in the same transaction, what did not hold at the look before."""

    async def late_orders(self, company_id: UUID, now: datetime) -> None:
        """Purchase orders with a line that should have arrived on a day before the company's today: by the day that its supplier
        promised, else by the one that was asked for."""
        ...

    async def overstock(self, company_id: UUID, now: datetime) -> None:
        """Products of which a site has more than its policy's target; where there is a forecast, products of which it has, and
        awaits, more than the demand until an order would arrive and `core.domain.overstock.COVER_DAYS` beyond."""
        ...

    async def failing_channels(self, company_id: UUID, now: datetime) -> None:
        """People whose latest news by mail, text message or webhook was given up."""
        ...
