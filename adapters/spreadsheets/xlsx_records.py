"""Rows of an XLSX workbook as text, exactly as its cells show them."""

from collections.abc import Generator, Iterator
from contextlib import closing
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from adapters.spreadsheets.limits import SheetLimits
from adapters.spreadsheets.xlsx_archive import require_harmless_archive
from adapters.spreadsheets.xlsx_parts import MOST_ROWS
from core.ports.documents import UnreadableSheet


def xlsx_records(stream: BinaryIO, limits: SheetLimits) -> Generator[list[str], None, None]:
    """The rows of the first visible sheet, blank ones included. Raises `UnreadableSheet` at the first fault."""
    require_harmless_archive(stream, limits)
    try:
        with closing(load_workbook(stream, read_only=True, data_only=True, keep_links=False)) as book:
            for number, row in enumerate(_rows(book, limits.columns), start=1):
                if number > MOST_ROWS:
                    raise UnreadableSheet("sheet_too_many_rows", f"a sheet has at most {MOST_ROWS:,} rows")
                yield _texts(row)
    except UnreadableSheet:
        raise
    except Exception as fault:  # whatever the parsing of a hostile workbook raises is a fault of the workbook
        detail = "the workbook is damaged or was not written as XLSX"
        raise UnreadableSheet("sheet_damaged", detail) from fault


def _rows(book: Workbook, most_columns: int) -> Iterator[tuple[Any, ...]]:
    sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        raise UnreadableSheet("sheet_none_visible", "the workbook has no visible sheet")
    sheet.reset_dimensions()  # the size that a workbook declares is often wrong
    # One column too many is enough to see that; a lone cell further out would cost 16,384 in each row.
    return sheet.iter_rows(max_col=most_columns + 1, values_only=True)


def _texts(row: tuple[Any, ...]) -> list[str]:
    if row.count(None) == len(row):
        return []
    width = len(row)
    while width and row[width - 1] is None:
        width -= 1
    return [_text(value) for value in row[:width]]


def _text(value: object) -> str:
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return _decimal_text(value)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _decimal_text(value: float) -> str:
    """Spreadsheet programs keep 15 significant digits; what a float shows beyond them was never entered."""
    return format(Decimal(format(value, ".15g")), "f")
