"""Reports: which there are, what they show, and reading them row by row."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Protocol

import msgspec

from core.domain.access import Actor
from core.domain.report import ReportName
from core.ports.documents import CellValue
from core.ports.reports import ReportFilter

Cells = Sequence[CellValue]


class ReportScope(msgspec.Struct, frozen=True):
    """Of whom and of what a report speaks. Names are empty where it is not narrowed so, and None where what was named is not there or out of
    reach."""

    company: str
    currency: str
    locale: str
    time_zone: str
    site: str | None = ""
    category: str | None = ""
    product: str | None = ""


class ReportRows(Protocol):
    """The rows of a report, in its order and with all its columns."""

    async def summary(self) -> tuple[int, dict[str, Decimal]]:
        """How many rows there are, and the sums of those columns whose sums mean something."""
        ...

    async def next(self, most: int) -> list[Cells]:
        """The next rows; none when there are no more."""
        ...


class ReportReader(Protocol):
    async def scope(self, actor: Actor, wanted: ReportFilter) -> ReportScope: ...

    def open(self, actor: Actor, name: ReportName, wanted: ReportFilter) -> AbstractAsyncContextManager[ReportRows]:
        """The rows as they are at this moment, however long it takes to read them."""
        ...
