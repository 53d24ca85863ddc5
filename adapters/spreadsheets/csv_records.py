"""Records of a CSV file: UTF-8, or UTF-16 with its mark; separated by comma, semicolon or tab."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Generator, Iterator
from itertools import chain
from typing import BinaryIO

from adapters.spreadsheets.limits import BoundedStream, SheetLimits
from core.ports.documents import UnreadableSheet

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = ",;\t"
LONGEST_RECORD = 1_000_000
"""Characters of one record: it is held whole, in pieces that take more room than the text."""


def csv_records(stream: BinaryIO, *, gzipped: bool, limits: SheetLimits) -> Generator[list[str], None, None]:
    """The records from the first one on, blank ones included. Raises `UnreadableSheet` at the first fault."""
    row = 1
    try:
        lines = _Lines(_text(stream, gzipped, limits))
        header = next(lines, "")
        for record in csv.reader(chain([header], lines), delimiter=_separator(header), strict=True):
            yield record
            lines.begin_record()
            row += 1
    except UnicodeError as fault:
        detail = f"near row {row} there is text that is not UTF-8; save the file as CSV in UTF-8"
        raise UnreadableSheet("sheet_encoding", detail) from fault
    except csv.Error as fault:
        raise UnreadableSheet("sheet_malformed_row", f"row {row} is no valid CSV: {fault}") from fault
    except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
        raise UnreadableSheet("sheet_damaged", f"the compressed file is damaged near row {row}") from fault


def _text(stream: BinaryIO, gzipped: bool, limits: SheetLimits) -> io.TextIOWrapper:
    packed_size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    plain = gzip.GzipFile(fileobj=stream) if gzipped else stream
    bounded = io.BufferedReader(BoundedStream(plain, packed_size, limits))
    encoding = "utf-16" if bounded.peek(2)[:2] in _UTF_16_MARKS else "utf-8-sig"
    return io.TextIOWrapper(bounded, encoding, newline="")


def _separator(header: str) -> str:
    """The separator that makes the most columns of the header; the rows below are not asked."""
    return max(_SEPARATORS, key=lambda separator: len(next(csv.reader([header], delimiter=separator), [])))


class _Lines:
    """The lines of a text, as many as one record may have."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._left = LONGEST_RECORD

    def begin_record(self) -> None:
        self._left = LONGEST_RECORD

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Raises `csv.Error` for what no record holds."""
        line = self._text.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise csv.Error(f"more than {LONGEST_RECORD:,} characters")
        if "\0" in line:
            raise csv.Error("a NUL character")
        if not line:
            raise StopIteration
        return line
