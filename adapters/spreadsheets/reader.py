"""Opens an imported file as a table: the one way in for CSV and XLSX."""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from adapters.spreadsheets.csv_records import csv_records
from adapters.spreadsheets.limits import SheetLimits
from adapters.spreadsheets.safe_text import as_meant
from adapters.spreadsheets.xlsx_records import xlsx_records
from core.ports.documents import Sheet, SheetRow, UnreadableSheet


class SpreadsheetReader:
    """Reads `.csv`, `.csv.gz` and `.xlsx` within limits; of a workbook the first visible sheet."""

    def __init__(self, limits: SheetLimits | None = None) -> None:
        self._limits = limits or SheetLimits()

    @contextmanager
    def open(self, source: bytes | Path, file_name: str) -> Iterator[Sheet]:
        name = file_name.lower()
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
            if name.endswith((".csv", ".csv.gz")):
                records = csv_records(stream, gzipped=name.endswith(".gz"), limits=self._limits)
            elif name.endswith(".xlsx"):
                records = xlsx_records(stream, self._limits)
            else:
                raise UnreadableSheet("sheet_unknown_format", "only .csv, .csv.gz and .xlsx files can be read")
            with closing(records):
                yield _sheet(_numbered(records, self._limits.columns))


def _numbered(records: Iterator[Sequence[str]], most_columns: int) -> Iterator[SheetRow]:
    """The rows that hold something, without the empty cells at their end and the apostrophes that led formulas."""
    for number, record in enumerate(records, start=1):
        width = len(record)
        while width and not record[width - 1]:
            width -= 1
        if width > most_columns:
            raise UnreadableSheet("sheet_too_many_columns", f"row {number} has more than {most_columns} columns")
        if width:
            yield SheetRow(number, tuple([as_meant(cell) for cell in record[:width]]))


def _sheet(rows: Iterator[SheetRow]) -> Sheet:
    first = next(rows, None)
    if first is None:
        raise UnreadableSheet("sheet_empty", "the file has no rows")
    header = tuple(name.strip() for name in first.cells)
    _require_distinct_names(header)
    return Sheet(header, (SheetRow(row.number, _padded(row.cells, len(header))) for row in rows))


def _padded(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells + ("",) * (width - len(cells))


def _require_distinct_names(header: tuple[str, ...]) -> None:
    occurrences = Counter(name.casefold() for name in header if name)
    nameless = [f"column {place} has no name" for place, name in enumerate(header, start=1) if not name]
    repeated = [f"the name {name!r} occurs {times} times" for name, times in occurrences.items() if times > 1]
    if faults := nameless + repeated:
        raise UnreadableSheet("sheet_header", f"the header is unclear: {'; '.join(faults)}")
