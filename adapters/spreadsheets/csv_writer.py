"""Writes a table as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import BinaryIO, ClassVar

from adapters.spreadsheets.safe_text import never_formula, printable
from core.ports.documents import CellValue


class CsvWriter:
    """Comma-separated, every field quoted, lines ended by CR LF.

    Made to be opened by people: text that looks like a formula is led by an apostrophe, control characters
    are dropped, and a byte order mark tells spreadsheet programs that this is UTF-8.
    """

    media_type: ClassVar[str] = "text/csv; charset=utf-8"
    suffix: ClassVar[str] = ".csv"

    def write(self, target: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> None:
        text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
        try:
            writer = csv.writer(text, quoting=csv.QUOTE_ALL)
            writer.writerow([_field(name) for name in header])
            writer.writerows([_field(value) for value in row] for row in rows)
        finally:
            text.detach()  # flushes, and leaves the target open


def _field(value: CellValue) -> str:
    match value:
        case str():
            return never_formula(printable(value))
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case int():
            return str(value)
