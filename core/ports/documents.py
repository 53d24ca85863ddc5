"""Tables in files: reading an imported sheet and writing an exported one.

Both sides work through the rows one by one, so the size of a table is bounded by the file, not by memory.
They are synchronous and busy the processor: call them in a thread.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, ClassVar, NamedTuple, Protocol

from core.domain.errors import Invalid
from core.domain.report import CellKind

CellValue = str | int | Decimal | date | None
"""What a written cell may hold; `bool` and `datetime` are included as subclasses of `int` and `date`."""


class UnreadableSheet(Invalid):
    """The file cannot be read as a table; the detail says what to mend."""


class UnwritableSheet(Invalid):
    """The table does not fit into the chosen format."""


class SheetRow(NamedTuple):
    """One row as text, with the number that a spreadsheet program shows beside it (the first row is 1).

    There are at least as many cells as columns in the header. A longer row keeps its surplus, so that the
    caller can name it together with the other faults of the file.
    """

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table being read: its column names and, as long as the reader is open, its rows but for blank ones.

    Nothing is guessed: a number is its exact decimal text, a date is ISO 8601, a truth value is `true` or
    `false`, an empty cell is the empty text.
    """

    header: tuple[str, ...]
    rows: Iterator[SheetRow]


class SheetReader(Protocol):
    def open(self, source: bytes | Path, file_name: str) -> AbstractContextManager[Sheet]:
        """Open a table whose format follows from the ending of `file_name`.

        Raises `UnreadableSheet`, here for the file and its header, while iterating for a damaged row.
        """


class SheetWriter(Protocol):
    media_type: ClassVar[str]
    suffix: ClassVar[str]

    def write(self, target: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> None:
        """Write a table to `target`, which stays open. The same table always gives the same bytes.

        Text of users never becomes a formula. Raises `UnwritableSheet`; the target then holds half a file
        and must be discarded.
        """


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """`share` is how much of a page's width it takes beside the others."""

    title: str
    kind: CellKind
    total: bool
    share: int


@dataclass(frozen=True, slots=True)
class ReportLayout:
    """A report as it is written: `about` says of what it speaks, line by line. `chart` is the place of the column that a chart shows, by
    the first one. `words` are those of its language that stand around the table: total, page, nothing."""

    title: str
    company: str
    about: Sequence[str]
    columns: Sequence[ReportColumn]
    locale: str
    currency: str
    made_on: date
    words: Mapping[str, str]
    chart: int | None = None

    def totals(self) -> "Totals":
        return Totals(self.columns)


class Totals:
    """Sums of those columns whose sums mean something, row by row."""

    def __init__(self, columns: Sequence[ReportColumn]) -> None:
        self._sums = {place: Decimal(0) for place, column in enumerate(columns) if column.total}
        self._width = len(columns)

    def add(self, row: Sequence[CellValue]) -> None:
        for place in self._sums:
            value = row[place]
            if isinstance(value, int | Decimal):
                self._sums[place] += value

    def row(self, title: str) -> list[CellValue] | None:
        """The last row of the table, None where there is nothing to sum up."""
        if not self._sums:
            return None
        cells: list[CellValue] = [self._sums.get(place) for place in range(self._width)]
        if cells[0] is None:
            cells[0] = title
        return cells


class ReportWriter(Protocol):
    media_type: ClassVar[str]
    suffix: ClassVar[str]

    def write(self, target: BinaryIO, layout: ReportLayout, rows: Iterable[Sequence[CellValue]]) -> None:
        """Writes a report, with its totals at the end, to `target`, which stays open. Text of users is never more than text. Raises
        `UnwritableSheet`; the target then holds half a file and must be discarded."""
        ...
