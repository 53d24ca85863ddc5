"""The ports to machine-readable symbols: drawing them, and understanding what a scanner read."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.domain.gs1 import Gs1Content
from core.domain.symbol import Symbol, SymbolContent


class PictureFormat(StrEnum):
    SVG = "svg"
    PNG = "png"


class SymbolMaker(Protocol):
    def symbol(self, content: SymbolContent) -> Symbol:
        """Raises Invalid `symbology_unfit` where the text does not go into such a symbol."""
        ...

    def picture(self, symbol: Symbol, form: PictureFormat) -> bytes:
        """The symbol with the white around it and, below bars, its text. The same bytes for the same symbol."""
        ...


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scanner read: the code without the scanner's own prefix and, where it is a GS1 code, what that says."""

    code: str
    gs1: Gs1Content | None = None


class ScanReader(Protocol):
    def read(self, text: str) -> Scan:
        """Understands symbology identifiers (`]d2…`), separators, brackets and Digital Links; any other text is a code as it is."""
        ...
