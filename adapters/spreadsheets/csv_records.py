"""Records of a CSV file: UTF-8, or UTF-16 with its mark; separated by comma, semicolon or tab."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from adapters.spreadsheets.limits import BoundedStream, SheetLimits
from core.ports.documents import UnreadableSheet

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = ",;\t"


def csv_records(stream: BinaryIO, *, gzipped: bool, limits: SheetLimits) -> Generator[list[str], None, None]:
    """The records from the first one on, blank ones included. Raises `UnreadableSheet` at the first fault."""
    row = 1
    try:
        text = _text(stream, gzipped, limits)
        header = text.readline()
        lines = _without_nul(chain([header], text))
        for record in csv.reader(lines, delimiter=_separator(header), strict=True):
            yield record
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


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise csv.Error("a NUL character")
        yield line
