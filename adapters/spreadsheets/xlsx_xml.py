"""The XML of a workbook as it streams by. Nothing of it is held but what its reader keeps, and what would take memory or time
without end has no room: document types, depth, tokens, names and elements are bounded.

What is done for each element decides how long a workbook takes, so what can be is counted by the chunk.
"""

from collections.abc import Iterator
from typing import Protocol
from xml.parsers import expat

from adapters.spreadsheets.limits import ReadableStream
from core.ports.documents import UnreadableSheet

MOST_DEPTH = 64
MOST_NAMES = 4_096
"""Different names of elements and attributes in a part: the parser holds them until the part ends."""
LONGEST_TOKEN = 1_000_000
"""Bytes in which no element begins. A tag, a comment or the like is held until it is whole."""

_CHUNK = 65_536


class PartReader(Protocol):
    """Takes from a part what it wants; names are without their prefix. `is_done` ends the reading."""

    is_done: bool

    def started(self, name: str, attributes: dict[str, str], /) -> None: ...

    def ended(self, name: str, /) -> None: ...

    def text(self, text: str, /) -> None: ...


class Allowance:
    """So many elements there may be in all parts together."""

    def __init__(self, elements: int) -> None:
        self._left = elements

    def take(self, chunk: bytes) -> None:
        """Counts each `<` that does not begin an end tag, be it a comment's. Raises `UnreadableSheet` where there are more."""
        self._left -= chunk.count(b"<") - chunk.count(b"</")
        if self._left < 0:
            raise UnreadableSheet("sheet_too_large", "the workbook has more cells than a file of its size may have")


def read_part(source: ReadableStream, reader: PartReader, allowance: Allowance) -> Iterator[None]:
    """Hands a part to its reader, and stops after each piece of it. Raises `UnreadableSheet` and `ExpatError`."""
    feed = _Feed(reader, allowance)
    while not reader.is_done:
        chunk = source.read(_CHUNK)
        feed.take(chunk)
        yield
        if not chunk:
            return


def read_whole(source: ReadableStream, reader: PartReader, allowance: Allowance) -> None:
    """Hands all of a part to its reader."""
    for _ in read_part(source, reader, allowance):
        pass


class _Feed:
    def __init__(self, reader: PartReader, allowance: Allowance) -> None:
        self._reader_started, self._reader_ended = reader.started, reader.ended
        self._allowance = allowance
        self._depth = self._unheard = 0
        self._names: dict[str, str] = {}
        self._parser = expat.ParserCreate(intern=self._names)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._started
        self._parser.EndElementHandler = self._ended
        self._parser.CharacterDataHandler = reader.text
        self._parser.StartDoctypeDeclHandler = _refuse

    def take(self, chunk: bytes) -> None:
        """A chunk that is empty is the end."""
        self._allowance.take(chunk)
        self._unheard += len(chunk)
        self._parser.Parse(chunk, not chunk)
        if self._unheard > LONGEST_TOKEN or len(self._names) > MOST_NAMES:
            raise _damaged()

    def _started(self, name: str, attributes: dict[str, str]) -> None:
        self._unheard = 0
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _damaged()
        self._reader_started(_local(name) if ":" in name else name, attributes)

    def _ended(self, name: str) -> None:
        self._depth -= 1
        self._reader_ended(_local(name) if ":" in name else name)


def _local(name: str) -> str:
    return name[name.rfind(":") + 1 :]


def _refuse(*_: object) -> None:
    raise _damaged()


def _damaged() -> UnreadableSheet:
    return UnreadableSheet("sheet_damaged", "the workbook is damaged or was not written as XLSX")
