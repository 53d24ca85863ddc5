"""Machine-readable symbols: the kinds that are printed, and what is put into which."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.barcode import BarcodeKind, is_gtin, lookup_key
from core.domain.errors import Invalid
from core.domain.gs1 import Gs1Content

DIGITAL_LINK = "https://id.gs1.org"


class Symbology(StrEnum):
    EAN_13 = "ean13"
    EAN_8 = "ean8"
    CODE_128 = "code128"
    GS1_128 = "gs1_128"
    QR = "qr"
    GS1_DATAMATRIX = "gs1_datamatrix"

    @property
    def is_square(self) -> bool:
        return self in (Symbology.QR, Symbology.GS1_DATAMATRIX)


QUIET_MODULES = {
    Symbology.EAN_13: 11,
    Symbology.EAN_8: 7,
    Symbology.CODE_128: 10,
    Symbology.GS1_128: 10,
    Symbology.QR: 4,
    Symbology.GS1_DATAMATRIX: 1,
}
"""How much stays white beside a symbol, in widths of its narrowest bar (GS1 General Specifications 5.2, ISO/IEC 18004, 16022)."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol without the white around it: rows of `1` (dark) and `0`, a single one where it is a row of bars. `text` is what people
    read below it."""

    symbology: Symbology
    rows: Sequence[str]
    text: str

    @property
    def width(self) -> int:
        """In modules, with the white on both sides."""
        return len(self.rows[0]) + 2 * QUIET_MODULES[self.symbology]


@dataclass(frozen=True, slots=True)
class SymbolContent:
    """What a symbol shall say. With `gs1` it says more than a code."""

    symbology: Symbology
    code: str
    gs1: Gs1Content | None = None


def usual_symbology(kind: BarcodeKind, code: str) -> Symbology:
    """The symbol that shops expect for a code."""
    if kind is not BarcodeKind.GTIN:
        return Symbology.CODE_128
    return {8: Symbology.EAN_8, 12: Symbology.EAN_13, 13: Symbology.EAN_13}.get(len(code), Symbology.GS1_128)


def symbol_content(symbology: Symbology, code: str, gs1: Gs1Content | None = None) -> SymbolContent:
    """What to draw. Raises Invalid `symbology_unfit` where the code does not go into such a symbol."""
    if symbology in (Symbology.EAN_13, Symbology.EAN_8):
        return SymbolContent(symbology, _ean(symbology, code))
    if symbology in (Symbology.GS1_128, Symbology.GS1_DATAMATRIX):
        content = gs1 or Gs1Content(_gtin(symbology, code))
        return SymbolContent(symbology, content.bracketed(), content)
    if symbology is Symbology.QR and is_gtin(code):
        return SymbolContent(symbology, digital_link(gs1 or Gs1Content(lookup_key(code))))
    return SymbolContent(symbology, code)


def digital_link(content: Gs1Content) -> str:
    """The address of an article in the GS1 Digital Link, which any telephone can read and our look-up understands."""
    path = f"{DIGITAL_LINK}/01/{content.gtin}"
    path += f"/10/{_quoted(content.lot)}" if content.lot else ""
    path += f"/21/{_quoted(content.serial)}" if content.serial else ""
    return path + (f"?17={content.expires_on:%y%m%d}" if content.expires_on else "")


def _quoted(text: str) -> str:
    return "".join(one if one.isalnum() or one in "-._" else f"%{ord(one):02X}" for one in text)


def _ean(symbology: Symbology, code: str) -> str:
    digits = 13 if symbology is Symbology.EAN_13 else 8
    key = _gtin(symbology, code)
    if key[: 14 - digits].strip("0"):
        raise _unfit(symbology)
    return key[14 - digits :]


def _gtin(symbology: Symbology, code: str) -> str:
    if not is_gtin(code):
        raise _unfit(symbology)
    return lookup_key(code)


def _unfit(symbology: Symbology) -> Invalid:
    return Invalid("symbology_unfit", f"this code cannot be drawn as {symbology.value}")
