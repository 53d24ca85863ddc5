"""Tells what an attachment is by its content; names and declared types are not asked."""

import io
import re
import zipfile
from xml.etree.ElementTree import ParseError

import filetype  # type: ignore[import-untyped]
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from core.ports.files import RefusedFile

_OFFICE = "application/vnd.openxmlformats-officedocument"
_ALLOWED_BY_SIGNATURE = {"application/pdf", "image/png", "image/jpeg", "image/webp"}
_ALLOWED_BY_MAIN_PART = {
    "xl/workbook.xml": f"{_OFFICE}.spreadsheetml.sheet",
    "word/document.xml": f"{_OFFICE}.wordprocessingml.document",
}
_ENTRY = b"PK\x01\x02"  # in the directory of an archive, before each entry
_MOST_ENTRIES = 10_000  # more than any document has; 20 MB of nothing but a directory would take 300 MB to look through
_LONGEST_HEAD = 65_536  # of markup, up to the end of its first tag; it is held whole to be read
_ACTIVE_ROOTS = {"html", "svg"}
_MARKUP = re.compile(rb"(\xef\xbb\xbf)?\s*<")  # after a byte order mark or white space
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")


class AttachmentSniffer:
    """Allows PDF, PNG, JPEG, WEBP, XLSX, DOCX, XML and plain text in UTF-8, which includes CSV.

    Refuses the rest, among it everything that a browser could run: HTML, SVG, office files with macros.
    """

    def media_type(self, content: bytes) -> str:
        found = _by_signature(content) or _office_type(content) or _xml_type(content) or _text_type(content)
        if found is None:
            detail = "attachments are PDF, PNG, JPEG, WEBP, XLSX, DOCX, XML or plain text in UTF-8"
            raise RefusedFile("attachment_type", detail)
        return found


def _by_signature(content: bytes) -> str | None:
    found: str | None = filetype.guess_mime(content)
    return found if found in _ALLOWED_BY_SIGNATURE else None


def _office_type(content: bytes) -> str | None:
    if not content.startswith(b"PK\x03\x04") or content.count(_ENTRY) > _MOST_ENTRIES:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((found for part, found in _ALLOWED_BY_MAIN_PART.items() if part in names), None)


def _xml_type(content: bytes) -> str | None:
    if not _MARKUP.match(content):
        return None
    try:
        _, root = next(iterparse(io.BytesIO(content[:_LONGEST_HEAD]), events=("start",), forbid_dtd=True))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    local_name = root.tag.rpartition("}")[2].lower()
    return None if local_name in _ACTIVE_ROOTS else "application/xml"


def _text_type(content: bytes) -> str | None:
    if not content or _MARKUP.match(content):
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if _NOT_IN_TEXT.search(text) else "text/plain"
