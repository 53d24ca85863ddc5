"""`ScanReader` with biip."""

from collections.abc import Iterable
from decimal import Decimal

import biip
from biip.gs1_element_strings import GS1ElementString
from biip.symbology import SymbologyIdentifier

from core.domain.barcode import is_gtin
from core.domain.gs1 import Gs1Content
from core.ports.symbols import Scan

_LINK = ("https://", "http://")
_UNREADABLE = (biip.ParseError, ValueError, IndexError)  # the others for "]" alone, and for links that are none
SEPARATOR_SIGN, _SEPARATOR = "␝", "\x1d"


class BiipScans:
    """`ScanReader`."""

    def read(self, text: str) -> Scan:
        plain = text.strip(" \t\r\n").replace(SEPARATOR_SIGN, _SEPARATOR)
        code = _without_identifier(plain)
        if is_gtin(code) or not _may_be_gs1(plain, code):
            return Scan(code)
        return Scan(code, _gs1(_for_biip(plain, code)))


def _without_identifier(text: str) -> str:
    """Three characters in front, by which a scanner says what kind of symbol it saw."""
    if not text.startswith("]"):
        return text
    try:
        SymbologyIdentifier.extract(text)
    except _UNREADABLE:
        return text
    return text[3:] or text


def _may_be_gs1(text: str, code: str) -> bool:
    """A company's own code could by chance look like GS1 parts: only what is marked as such is taken for it, or begins with a GTIN."""
    marked = (
        text.startswith(("]C1", "]d2", "]Q3", "]J1", "]e0")) or _SEPARATOR in code or code.startswith((*_LINK, "(01)"))
    )
    return marked or (len(code) > 16 and code.startswith("01") and is_gtin(code[2:16]))


def _for_biip(text: str, code: str) -> str:
    """Links without what the scanner put in front; `(01)…(10)…` as a scanner would have read it."""
    if code.startswith("("):
        return code.replace("(", _SEPARATOR).replace(")", "").removeprefix(_SEPARATOR)
    return code if code.startswith(_LINK) else text


def _gs1(text: str) -> Gs1Content | None:
    try:
        found = biip.parse(text)
    except _UNREADABLE:
        return None
    message = found.gs1_message or found.gs1_digital_link_uri
    if message is None or found.gtin is None:
        return None
    return _content(found.gtin.as_gtin_14(), message.element_strings)


def _content(gtin: str, elements: Iterable[GS1ElementString]) -> Gs1Content:
    by_identifier = {one.ai.ai: one for one in elements}

    def text(identifier: str) -> str:
        return by_identifier[identifier].value if identifier in by_identifier else ""

    expiry = next((by_identifier[one].date for one in ("17", "15") if one in by_identifier), None)
    return Gs1Content(gtin, text("10"), expiry, text("21"), _quantity(by_identifier.values()))


def _quantity(elements: Iterable[GS1ElementString]) -> Decimal | None:
    """A count (30, 37) or a net weight in kilograms (310n)."""
    for one in elements:
        if one.ai.ai in ("30", "37"):
            return Decimal(one.value)
        if one.ai.ai.startswith("310"):
            return one.decimal
    return None
