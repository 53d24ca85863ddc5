"""The parts of a workbook that say how its sheet is to be read: which one it is, its texts, and which numbers are dates."""

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from sys import getsizeof

from adapters.spreadsheets.limits import SheetLimits
from adapters.spreadsheets.xlsx_parts import LONGEST_TEXT
from adapters.spreadsheets.xlsx_xml import Allowance, read_whole
from core.ports.documents import UnreadableSheet

MOST_ENTRIES = 65_536
"""Sheets, relations or formats of one workbook, as of spreadsheet programs."""

_WORTH_OF_TEXTS = 1.5  # bytes of memory for each byte that a workbook may unpack to
_POINTER = 8
_DATES = frozenset({*range(14, 23), *range(45, 48)})  # of the formats that every program knows
_DURATIONS = frozenset({46})
_LONGEST_FORMAT = 255
_NO_LETTERS = re.compile(r'"[^"]*"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
_OF_DATES = re.compile(r"(?<![_\\])[dmhys]", re.IGNORECASE)
_OF_DURATIONS = re.compile(r"\[(hh?|mm?|ss?)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Book:
    """Where the first visible sheet is, and what its cells refer to."""

    sheet: str
    texts: list[str]
    styles: "Styles"
    counts_from_1904: bool


class Styles:
    """Cell styles as far as they make dates of numbers. A part reader of `styles.xml`."""

    def __init__(self) -> None:
        self.is_done = False
        self._formats: dict[str, str] = {}
        self._of_cells: list[str] = []
        self._among_cells = False

    def is_date(self, style: int) -> bool:
        number = self._number(style)
        if (form := self._formats.get(number)) is not None:
            return bool(_OF_DATES.search(_NO_LETTERS.sub("", form)))
        return number.isdecimal() and int(number) in _DATES

    def is_duration(self, style: int) -> bool:
        number = self._number(style)
        if (form := self._formats.get(number)) is not None:
            return bool(_OF_DURATIONS.search(form))
        return number.isdecimal() and int(number) in _DURATIONS

    def _number(self, style: int) -> str:
        return self._of_cells[style] if 0 <= style < len(self._of_cells) else "0"

    def started(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "numFmt":
                form = attributes.get("formatCode", "").partition(";")[0]
                self._formats[attributes["numFmtId"]] = form if len(form) <= _LONGEST_FORMAT else ""
                _require_few(self._formats)
            case "cellXfs":
                self._among_cells = True
            case "xf" if self._among_cells:
                self._of_cells.append(attributes.get("numFmtId", "0"))
                _require_few(self._of_cells)

    def ended(self, name: str) -> None:
        self._among_cells = self._among_cells and name != "cellXfs"

    def text(self, _: str) -> None:
        return None


@dataclass(slots=True)
class _Relations:
    """Reads which parts belong to a part: by id, the end of the type and the path."""

    folder: str
    is_done: bool = False
    parts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def started(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            path = posixpath.normpath(posixpath.join("/", self.folder, attributes["Target"])).lstrip("/")
            self.parts[attributes["Id"]] = (attributes["Type"].rpartition("/")[2], path)
            _require_few(self.parts)

    def ended(self, _: str) -> None:
        return None

    def text(self, _: str) -> None:
        return None

    def of_type(self, kind: str) -> str | None:
        return next((path for found, path in self.parts.values() if found == kind), None)


@dataclass(slots=True)
class _Contents:
    """Reads the names of the sheets."""

    relations: _Relations
    is_done: bool = False
    sheet: str | None = None
    counts_from_1904: bool = False
    passed: list[str] = field(default_factory=list)
    """The sheets before it."""

    def started(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904", "0") in ("1", "true")
        if name == "sheet" and self.sheet is None and attributes.get("state", "visible") == "visible":
            reference = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            kind, path = self.relations.parts.get(reference, ("", ""))
            self.sheet = path if kind == "worksheet" else None
            self.passed.append(reference)
            _require_few(self.passed)

    def ended(self, _: str) -> None:
        return None

    def text(self, _: str) -> None:
        return None


class TextPieces:
    """Puts together the pieces of one text, without the readings that stand above East Asian words."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = self._aside = 0
        self._is_listening = False

    def started(self, name: str, holder: str) -> None:
        if name == "rPh":
            self._aside += 1
        elif name == holder and not self._aside:
            self._is_listening = True

    def ended(self, name: str) -> None:
        if name == "rPh":
            self._aside -= 1
        self._is_listening = False

    def add(self, text: str) -> None:
        """Raises `UnreadableSheet` for a text that no cell may hold."""
        if not self._is_listening:
            return
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise UnreadableSheet("sheet_text_too_long", f"a cell holds at most {LONGEST_TEXT:,} characters")
        self._pieces.append(text)

    def taken(self) -> str:
        """The text so far; the next one begins."""
        if not self._pieces:
            return ""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        return text


class _Texts:
    """Reads the texts that cells share."""

    def __init__(self, most_bytes: float) -> None:
        self.is_done = False
        self.texts: list[str] = []
        self._left = most_bytes
        self._pieces = TextPieces()
        self.text = self._pieces.add

    def started(self, name: str, _: dict[str, str]) -> None:
        if name != "si":
            self._pieces.started(name, "t")

    def ended(self, name: str) -> None:
        if name != "si":
            self._pieces.ended(name)
            return
        text = self._pieces.taken()
        self._left -= getsizeof(text) + _POINTER if text else _POINTER
        if self._left < 0:
            raise UnreadableSheet("sheet_too_large", "the workbook has more text than can be read at once")
        self.texts.append(text)


def read_book(archive: zipfile.ZipFile, limits: SheetLimits, allowance: Allowance) -> Book:
    """Raises `UnreadableSheet`, and whatever a damaged archive makes of reading it."""
    main = _relations(archive, "", "", allowance).of_type("officeDocument") or "xl/workbook.xml"
    folder, _, name = main.rpartition("/")
    relations = _relations(archive, folder, name, allowance)
    contents = _Contents(relations)
    _read(archive, main, contents, allowance)
    if contents.sheet is None:
        raise UnreadableSheet("sheet_none_visible", "the workbook has no visible sheet")
    texts, styles = _Texts(limits.unpacked_bytes * _WORTH_OF_TEXTS), Styles()
    _read(archive, relations.of_type("sharedStrings"), texts, allowance)
    _read(archive, relations.of_type("styles"), styles, allowance)
    return Book(contents.sheet, texts.texts, styles, contents.counts_from_1904)


def _relations(archive: zipfile.ZipFile, folder: str, name: str, allowance: Allowance) -> _Relations:
    relations = _Relations(folder)
    _read(archive, posixpath.join(folder, "_rels", f"{name}.rels"), relations, allowance)
    return relations


def _read(
    archive: zipfile.ZipFile,
    path: str | None,
    reader: Styles | _Relations | _Contents | _Texts,
    allowance: Allowance,
) -> None:
    """Nothing, where the workbook does without such a part."""
    if path is not None:
        with archive.open(path) as source:
            read_whole(source, reader, allowance)


def _require_few(entries: dict[str, str] | dict[str, tuple[str, str]] | list[str]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise UnreadableSheet("sheet_too_many_parts", f"the workbook has more than {MOST_ENTRIES:,} formats or parts")
