"""The port to the books of a company while opening stock is brought in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.domain.stock_import.goods import KnownSite, LotKey, OpeningKey
from core.domain.stock_import.plan import KnownLot, Opened
from core.ports.imports import ImportBooks


@dataclass(frozen=True, slots=True)
class ImportCompany:
    """What a company says of times."""

    time_zone: str
    locked_through: datetime | None


class StockBooks(ImportBooks, Protocol):
    """The books as an import of opening stock needs them."""

    async def company(self) -> ImportCompany:
        """The company of the books."""
        ...

    async def sites(self) -> Mapping[str, KnownSite]:
        """The sites of the company by code."""
        ...

    async def opened(self, products: Sequence[UUID]) -> Mapping[OpeningKey, Opened]:
        """Every opening of these products that the books hold, whoever recorded it."""
        ...

    async def lots(self, asked: Sequence[LotKey]) -> Mapping[LotKey, KnownLot]:
        """The lots and serial numbers that the books know among these."""
        ...
