"""Rows of an XLSX workbook as text, exactly as its cells show them.

Read as they stream by instead of with openpyxl, which builds a tree of every row and part: a workbook of 700 kB took it gigabytes
and minutes.
"""

import math
import zipfile
from collections.abc import Generator, Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO

from adapters.spreadsheets.limits import SheetLimits
from adapters.spreadsheets.xlsx_archive import require_harmless_archive
from adapters.spreadsheets.xlsx_book import Book, TextPieces, read_book
from adapters.spreadsheets.xlsx_parts import MOST_COLUMNS, MOST_ROWS
from adapters.spreadsheets.xlsx_xml import Allowance, read_part
from core.ports.documents import UnreadableSheet

_FEWEST_BYTES = 24  # for each element of a workbook that is as large as it may be; a cell has two or three
_KNOWN_STYLES = 1_024
_EPOCH, _EPOCH_1904 = datetime.fromisoformat("1899-12-30"), datetime.fromisoformat("1904-01-01")
_DAYS_UNTIL_THE_ONE_THAT_NEVER_WAS = 60
_MILLISECONDS = 86_400_000  # of a day


def xlsx_records(stream: BinaryIO, limits: SheetLimits) -> Generator[list[str], None, None]:
    """The rows of the first visible sheet, blank ones included. Raises `UnreadableSheet` at the first fault."""
    require_harmless_archive(stream, limits)
    allowance = Allowance(limits.unpacked_bytes // _FEWEST_BYTES)
    try:
        with zipfile.ZipFile(stream) as archive:
            book = read_book(archive, limits, allowance)
            yield from _with_blank_ones(_rows(archive, book, limits, allowance))
    except UnreadableSheet:
        raise
    except Exception as fault:  # whatever the parsing of a hostile workbook raises is a fault of the workbook
        detail = "the workbook is damaged or was not written as XLSX"
        raise UnreadableSheet("sheet_damaged", detail) from fault


def _rows(
    archive: zipfile.ZipFile, book: Book, limits: SheetLimits, allowance: Allowance
) -> Iterator[tuple[int, list[str]]]:
    reader = _SheetReader(book, limits.columns)
    with archive.open(book.sheet) as source:
        for _ in read_part(source, reader, allowance):
            yield from reader.rows
            reader.rows.clear()


def _with_blank_ones(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[str]]:
    """The rows, and an empty one for each that the file leaves out."""
    last = 0
    for number, cells in rows:
        if number > MOST_ROWS:
            raise UnreadableSheet("sheet_too_many_rows", f"a sheet has at most {MOST_ROWS:,} rows")
        for _ in range(last + 1, number):
            yield []
        yield cells
        last = max(last, number)


class _SheetReader:
    """Reads the rows of a sheet: their numbers and the texts of their cells."""

    def __init__(self, book: Book, most_columns: int) -> None:
        self.is_done = False
        self.rows: list[tuple[int, list[str]]] = []
        self._book, self._most_columns = book, most_columns
        self._pieces = TextPieces()
        self.text = self._pieces.add
        self._is_date = lru_cache(_KNOWN_STYLES)(book.styles.is_date)
        self._row = self._column = self._cells_of_row = self._style = 0
        self._cells: list[str] = []
        self._type, self._holder = "n", "v"

    def started(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = self._cells_of_row = 0
            self._cells = []
        else:
            self._pieces.started(name, self._holder)

    def ended(self, name: str) -> None:
        if name == "c":
            if (value := self._pieces.taken()) and (text := self._shown(value)):
                self._put(text)
        elif name == "row":
            self.rows.append((self._row, self._cells))
        elif name == "sheetData":
            self.is_done = True
        else:
            self._pieces.ended(name)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._cells_of_row += 1
        if self._cells_of_row > MOST_COLUMNS:
            raise self._too_wide()
        reference = attributes.get("r")
        self._column = _column_of(reference.rstrip("0123456789")) if reference else self._column + 1
        self._type = attributes.get("t", "n")
        self._style = int(attributes["s"]) if "s" in attributes else 0
        self._holder = "t" if self._type == "inlineStr" else "v"

    def _put(self, text: str) -> None:
        """Columns that hold nothing cost nothing, however far out they are."""
        if self._column > self._most_columns:
            raise self._too_wide()
        missing = self._column - len(self._cells)
        if missing > 0:
            self._cells.extend([""] * missing)
        self._cells[self._column - 1] = text

    def _too_wide(self) -> UnreadableSheet:
        detail = f"row {self._row} has more than {self._most_columns} columns"
        return UnreadableSheet("sheet_too_many_columns", detail)

    def _shown(self, value: str) -> str:
        match self._type:
            case "n":
                return self._number(value)
            case "s":
                return self._book.texts[_natural(value)]
            case "b":
                return "true" if int(value) else "false"
            case "d":
                return _moment_text(datetime.fromisoformat(value).replace(tzinfo=None))
            case _:
                return value

    def _number(self, value: str) -> str:
        if self._style and self._is_date(self._style):
            return self._date(float(value))
        has_point = "." in value or "e" in value or "E" in value
        return _decimal_text(float(value)) if has_point else str(int(value))

    def _date(self, serial: float) -> str:
        try:
            if self._book.styles.is_duration(self._style):
                return str(timedelta(milliseconds=round(serial * _MILLISECONDS)))
            return _date_text(serial, _EPOCH_1904 if self._book.counts_from_1904 else _EPOCH)
        except OverflowError:
            return "#VALUE!"


@lru_cache(MOST_COLUMNS)
def _column_of(letters: str) -> int:
    """A is 1, Z is 26, AA is 27. Raises ValueError."""
    place = 0
    for letter in letters:
        place = place * 26 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(letter) + 1
    if not 0 < place <= MOST_COLUMNS:
        raise ValueError("no such column")
    return place


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("no such text")
    return number


def _date_text(serial: float, epoch: datetime) -> str:
    day, part = divmod(serial, 1)
    rest = timedelta(milliseconds=round(part * _MILLISECONDS))
    if day == 0 and not rest.days:
        return (epoch + rest).time().isoformat()
    if 0 < serial < _DAYS_UNTIL_THE_ONE_THAT_NEVER_WAS and epoch == _EPOCH:
        day += 1
    return _moment_text(epoch + timedelta(days=day) + rest)


def _moment_text(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat()


def _decimal_text(value: float) -> str:
    """Spreadsheet programs keep 15 significant digits; what a float shows beyond them was never entered."""
    if not math.isfinite(value):
        raise ValueError("no number")
    return format(Decimal(format(value, ".15g")), "f")
