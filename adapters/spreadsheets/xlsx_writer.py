"""Writes a table as an XLSX workbook of one sheet.

Written part by part instead of with openpyxl, which passes decimals through floats (8.70 becomes
8.699999999999999), puts the time of day into the file and collects the sheet in a temporary file first.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import BinaryIO, ClassVar
from xml.sax.saxutils import escape

from adapters.spreadsheets.safe_text import never_unled, printable
from adapters.spreadsheets.xlsx_parts import (
    FIXED_PARTS,
    LONGEST_TEXT,
    MOST_COLUMNS,
    MOST_ROWS,
    SHEET_END,
    SHEET_NAME,
    SHEET_START,
)
from core.ports.documents import CellValue, UnwritableSheet

EXACT_DIGITS = 15
"""Spreadsheet programs hold numbers as binary floats, which keep this many decimal digits unchanged."""

_STYLE = re.compile(r'(<c r="[A-Z]+[0-9]+")(?: s="[0-9]+")?')
_EPOCH = datetime.fromisoformat("1899-12-30")
_FIRST_DATE = date(1900, 3, 1)  # before it, spreadsheet programs count a day that never was
_DAY = Decimal(86_400_000_000)  # in microseconds


class XlsxWriter:
    """Text is always text, also where it looks like a formula; control characters are dropped. One apostrophe more leads a
    text that the reader would take for a led one.

    Numbers of up to 15 significant digits become numbers, longer ones text. A date or a time without zone
    becomes a date cell; a moment with its zone, which cells cannot hold, becomes ISO 8601 text.
    """

    media_type: ClassVar[str] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffix: ClassVar[str] = ".xlsx"

    def write(self, target: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> None:
        with zipfile.ZipFile(target, "w") as archive:
            for name, content in FIXED_PARTS.items():
                archive.writestr(entry_of(name), content)
            with archive.open(entry_of(SHEET_NAME), "w") as sheet:
                sheet.write(SHEET_START.encode())
                for number, row in enumerate(_every_row(header, rows), start=1):
                    sheet.write(row_xml(number, row).encode())
                sheet.write(SHEET_END.encode())


def entry_of(name: str) -> zipfile.ZipInfo:
    """An archive entry dated 1980, so that the same table gives the same bytes."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _every_row(header: Sequence[str], rows: Iterable[Sequence[CellValue]]) -> Iterator[Sequence[CellValue]]:
    yield header
    yield from rows


def row_xml(number: int, row: Sequence[CellValue], styles: Sequence[int] = ()) -> str:
    """A row as it stands in a sheet; `styles` are those of its cells, if they have any of their own. Raises `UnwritableSheet`."""
    if number > MOST_ROWS or len(row) > MOST_COLUMNS:
        detail = f"an XLSX sheet has at most {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns; choose CSV"
        raise UnwritableSheet("sheet_full", detail)
    cells = (
        _styled(_cell_xml(f"{letters_of(place)}{number}", value), styles[place - 1] if styles else 0)
        for place, value in enumerate(row, start=1)
        if value is not None
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _styled(cell: str, style: int) -> str:
    return _STYLE.sub(f'\\1 s="{style}"', cell, count=1) if style else cell


def letters_of(place: int) -> str:
    """The name of a column: A, B, … Z, AA, AB, …"""
    letters = ""
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _cell_xml(name: str, value: str | int | Decimal | date) -> str:
    match value:
        case str():
            return _text_xml(name, value)
        case bool():
            return f'<c r="{name}" t="b"><v>{value:d}</v></c>'
        case date():
            return _date_xml(name, value)
        case _:
            return _number_xml(name, Decimal(value))


def _text_xml(name: str, text: str) -> str:
    clean = never_unled(printable(text)).replace("\r\n", "\n").replace("\r", "\n")
    if len(clean) > LONGEST_TEXT:
        detail = f"cell {name} has more than the {LONGEST_TEXT:,} characters that XLSX allows; choose CSV"
        raise UnwritableSheet("sheet_text_too_long", detail)
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(clean)}</t></is></c>'


def _number_xml(name: str, number: Decimal) -> str:
    if not number.is_finite() or len(number.as_tuple().digits) > EXACT_DIGITS:
        return _text_xml(name, format(number, "f"))
    return f'<c r="{name}"><v>{number:f}</v></c>'


def _date_xml(name: str, value: date) -> str:
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    if moment.tzinfo is not None or moment.date() < _FIRST_DATE:
        return _text_xml(name, value.isoformat())
    microseconds = (moment - _EPOCH) // timedelta(microseconds=1)
    serial = (Decimal(microseconds) / _DAY).quantize(Decimal("1E-10")).normalize()
    style = 2 if isinstance(value, datetime) else 1
    return f'<c r="{name}" s="{style}"><v>{serial:f}</v></c>'
