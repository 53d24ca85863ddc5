"""Small files that would become large: workbooks, archives, tables and pictures, each made to hurt one step of reading it.

`python -m tests.proof.bombs KIND FOLDER` reads those of a kind, one after the other, and tells of each the time of the processor and
the memory that it took, in JSON.
"""

import gzip
import io
import json
import struct
import sys
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

LARGE = 40_000_000
"""From this size on, bombs are as large as they may be."""

Bombs = Mapping[str, Callable[[int], bytes]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_HEAD = '<row r="1"><c t="inlineStr"><is><t>sku</t></is></c></row>'
_SHEET = f'<worksheet xmlns="{_MAIN}"><sheetData>{_HEAD}%s</sheetData></worksheet>'


def _relations(*parts: tuple[str, str]) -> str:
    each = (f'<Relationship Id="r{i}" Type="{_OF}/{kind}" Target="{path}"/>' for i, (kind, path) in enumerate(parts))
    return f'<Relationships xmlns="{_RELATIONS}">{"".join(each)}</Relationships>'


def workbook(
    more: bytes | None = None, *, sheet: str = _SHEET % "", texts: str = "", styles: str = "", sheets: str = ""
) -> bytes:
    """A workbook with this in its parts. Random bytes beside them keep the ratio of unpacking what it may be."""
    parts = {
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OF}"><sheets>{sheets}'
        f'<sheet name="a" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>',
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        size = sum(map(len, parts.values()))
        archive.writestr("pad", Random(7).randbytes(size // 70), zipfile.ZIP_STORED)
        if more:
            archive.writestr("more.xml", more)
    return target.getvalue()


def _filled(one: str) -> Callable[[int], str]:
    return lambda size: one * (size // len(one))


def _in_sheet(one: str, around: str = "%s") -> Callable[[int], bytes]:
    return lambda size: workbook(sheet=_SHEET % (around % _filled(one)(size)))


def _in(part: str, one: str, around: str = "%s") -> Callable[[int], bytes]:
    return lambda size: workbook(None, **{part: around % _filled(one)(size)})


def directory_of_entries(size: int) -> bytes:
    """An archive that is nothing but its directory: many entries of other names for the same nothing."""
    local = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    entry = b"PK\x01\x02" + struct.pack("<HHHHHHIIIHHHHHII", 20, 20, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0)
    count = size // (len(entry) + 4)
    listed, start = b"".join(b"%b%04x" % (entry, number % 65_536) for number in range(count)), len(local)
    end64 = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(listed), start)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, start + len(listed), 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return local + listed + end64 + locator + end


def _record_of_lines(size: int) -> bytes:
    """A record that goes on from line to line in its quoted cells, packed no better than it may be."""
    letters = Random(7).randbytes(200_000).hex()
    cells = "".join(f'"\n{letters[place : place + 4]}",' for place in range(0, len(letters), 4))
    return gzip.compress(b"a,b\n" + cells.encode() * max(size // len(cells), 1), 1)


def _attributes(size: int) -> bytes:
    named = " ".join(f'a{number}=""' for number in range(size // 12))
    return workbook(sheet=_SHEET % f"<row {named}/>")


def _names(size: int) -> bytes:
    return workbook(sheet=_SHEET % "".join(f"<a{number:x}/>" for number in range(size // 9)))


def _names_of_attributes(size: int) -> bytes:
    named = (f'a{number:x}=""' + "/><row " * (number % 1_000 == 0) for number in range(size // 10))
    return workbook(sheet=_SHEET % f"<row {' '.join(named)}/>")


def _many_frames(size: int) -> bytes:
    """A GIF of one pixel and hundreds of thousands of frames."""
    head = b"GIF89a" + struct.pack("<HH", 1, 1) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHH", 0, 0, 1, 1) + b"\0" + b"\x02\x02\x44\x01\0"
    return head + frame * (size // len(frame)) + b";"


_SEVEN_PASSES = [
    (1 / 8, 1 / 8),
    (1 / 8, 1 / 8),
    (1 / 4, 1 / 8),
    (1 / 4, 1 / 4),
    (1 / 2, 1 / 4),
    (1 / 2, 1 / 2),
    (1, 1 / 2),
]


def png(width: int, height: int, *, kind: int = 0, depth: int = 8, interlaced: int = 0, more: bytes = b"") -> bytes:
    """A picture of one colour, written row by row."""
    channels = {0: 1, 2: 3, 6: 4}[kind]
    packer = zlib.compressobj(1)
    rows = b""
    for across, down in _SEVEN_PASSES if interlaced else [(1.0, 1.0)]:
        row = bytes(1 + int(width * across) * channels * depth // 8)
        rows += b"".join(packer.compress(row) for _ in range(int(height * down)))
    rows += packer.flush()
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + more + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _tall(size: int) -> int:
    return 4_960 if size >= LARGE else 800


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _saved(kind: str, side: int, mode: str = "RGB", **options: Any) -> Callable[[int], bytes]:
    """A picture of that many pixels a side, or a quarter of them where bombs are small."""

    def save(size: int) -> bytes:
        from PIL import Image

        target, length = io.BytesIO(), side if size >= LARGE else side // 4
        Image.new(mode, (length, length)).save(target, kind, **options)
        return target.getvalue()

    return save


SHEETS: Bombs = {
    "a row of empty cells": _in_sheet("<c/>", "<row>%s</row>"),
    "rows of empty cells": _in_sheet(f"<row>{'<c/>' * 250}</row>"),
    "empty rows": _in_sheet("<row/>"),
    "a cell of many texts": _in_sheet("<r><t>a</t></r>", '<row><c t="inlineStr"><is>%s</is></c></row>'),
    "a cell of one text": _in_sheet("a", '<row><c t="inlineStr"><is><t>%s</t></is></c></row>'),
    "cells in cells": lambda size: workbook(sheet=_SHEET % ("<c>" * (size // 7) + "</c>" * (size // 7))),
    "attributes": _attributes,
    "names": _names,
    "names of attributes": _names_of_attributes,
    "a comment": _in_sheet("a", "<!--%s-->"),
    "shared texts": _in("texts", "<si><t>a</t></si>"),
    "shared texts of nothing": _in("texts", "<si/>"),
    "a shared text in wide letters": _in("texts", "<si><t>🐐aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></si>"),
    "styles": _in("styles", "<xf/>", "<cellXfs>%s</cellXfs>"),
    "fonts": _in("styles", "<font/>", "<fonts>%s</fonts>"),
    "sheets": _in("sheets", '<sheet name="b" sheetId="1" r:id="x"/>'),
    "entities": lambda _: workbook(
        sheet="<!DOCTYPE a ["
        + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "a" * 100}">' for n in range(12))
        + f"]>{_SHEET % '<row><c><v>&e11;</v></c></row>'}"
    ),
    "packed nothing": lambda size: workbook(more=bytes(size)),
    "a directory of entries": lambda size: directory_of_entries(size * 2 // 5),
}
TABLES: Bombs = {
    "a line of commas": lambda size: b"," * (size // 3),
    "a record of lines": _record_of_lines,
    "a record that never ends": lambda size: b'a,b\n"' + b"x\n" * (size // 6),
    "packed commas": lambda size: gzip.compress(b"a,b\n" + b"," * size),
}
PICTURES: Bombs = {
    "many pixels": lambda _: png(4_960, 4_960, kind=2),
    "many pixels with transparency": lambda size: png(4_960, _tall(size), kind=6),
    "far too many pixels": lambda _: png(30_000, 20_000),
    "many pixels in seven passes": lambda size: png(4_960, _tall(size), kind=6, interlaced=1),
    "a text that unpacks": lambda size: png(
        8, 8, more=_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(size * 4), 9)) * 4
    ),
    "a profile that unpacks": lambda size: png(
        8, 8, more=_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(size * 4), 9))
    ),
    "many frames": lambda size: _many_frames(min(size // 5, 9_900_000)),
    "pixels of sixteen bits": lambda size: png(4_960, _tall(size), depth=16),
    "a large photograph": _saved("JPEG", 6_300),
    "a large photograph in steps": _saved("JPEG", 4_300, progressive=True),
    "a large photograph of printers": _saved("JPEG", 6_300, "CMYK"),
    "a large webp": _saved("WEBP", 3_040, lossless=True, method=0),
    "a large gif": _saved("GIF", 6_300, "L"),
    "a large avif": _saved("AVIF", 3_500, speed=10),
}
ATTACHMENTS: Bombs = {
    "a directory of entries": lambda size: directory_of_entries(size * 2 // 5),
    "attributes of markup": lambda size: b"<a " + b" ".join(b'a%d=""' % n for n in range(size // 40)) + b"/>",
    "a name of markup": lambda size: b"<" + b"a" * (size // 3) + b"/>",
    "entities": lambda _: b'<!DOCTYPE a [<!ENTITY x "' + b"x" * 10_000 + b'">]><a>' + b"&x;" * 100_000 + b"</a>",
    "open tags": lambda size: b"<a>" * (size // 9),
    "a workbook that unpacks": lambda size: workbook(more=bytes(size * 4)),
}
ALL: Mapping[str, Bombs] = {"sheets": SHEETS, "tables": TABLES, "pictures": PICTURES, "attachments": ATTACHMENTS}


def _reader(kind: str) -> Callable[[bytes, str], object]:
    if kind == "pictures":
        from adapters.pictures.encoder import WebpEncoder

        return lambda content, _: WebpEncoder().encode(content)
    if kind == "attachments":
        from adapters.attachment_types.sniffer import AttachmentSniffer

        return lambda content, _: AttachmentSniffer().media_type(content)
    return _read_table


def _read_table(content: bytes, name: str) -> object:
    from adapters.spreadsheets.reader import SpreadsheetReader

    is_packed = content[:2] == b"\x1f\x8b"
    ending = ".csv.gz" if is_packed else ".xlsx" if content[:2] == b"PK" else ".csv"
    with SpreadsheetReader().open(content, name + ending) as sheet:
        return sum(1 for _ in sheet.rows)


def _measured(kind: str, folder: Path) -> Iterator[dict[str, object]]:
    from core.domain.errors import DomainError

    read = _reader(kind)
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak begins anew
        before, begun = _peak(), time.process_time()
        try:
            answer = type(read(content, path.name)).__name__
        except DomainError as refusal:
            answer = refusal.code
        seconds, grown = time.process_time() - begun, _peak() - before
        yield {"name": path.name, "seconds": round(seconds, 2), "megabytes": grown // 1000, "answer": answer}


def _peak() -> int:
    """Of memory, in kB."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(list(_measured(sys.argv[1], Path(sys.argv[2])))))
