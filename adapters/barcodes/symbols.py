"""`SymbolMaker`: each library gives the modules of its symbols, and all are painted in one way."""

import barcode
import segno
import zxingcpp
from barcode.codex import Code128, Gs1_128
from barcode.errors import BarcodeError

from adapters.barcodes.painting import png, svg
from core.domain.errors import Invalid
from core.domain.symbol import Symbol, SymbolContent, Symbology
from core.ports.symbols import PictureFormat

_LONGEST_BARS = 80  # characters that a scanner still reads in one row
_SEPARATOR = "\xf1"  # FNC1 in python-barcode
_FIXED = frozenset({"01", "17"})
_DARK = 128


class LibrarySymbols:
    """`SymbolMaker`."""

    def symbol(self, content: SymbolContent) -> Symbol:
        try:
            return Symbol(content.symbology, _rows(content), content.code)
        except (BarcodeError, segno.DataOverflowError, ValueError, KeyError):
            raise Invalid("symbology_unfit", f"this code cannot be drawn as {content.symbology.value}") from None

    def picture(self, symbol: Symbol, form: PictureFormat) -> bytes:
        return png(symbol) if form is PictureFormat.PNG else svg(symbol)


def _rows(content: SymbolContent) -> list[str]:
    match content.symbology:
        case Symbology.EAN_13 | Symbology.EAN_8:
            return [_bars(barcode.get(content.symbology.value, content.code))]
        case Symbology.CODE_128:
            return [_bars(Code128(_short(content.code)))]
        case Symbology.GS1_128:
            return [_bars(Gs1_128(_short(_element_string(content))))]
        case Symbology.QR:
            return _matrix(segno.make_qr(content.code, error="m", encoding="utf-8").matrix)
        case Symbology.GS1_DATAMATRIX:
            made = zxingcpp.create_barcode(content.code, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, force_square=True)
            return _image(made.to_image(scale=1, add_quiet_zones=False))


def _bars(made: barcode.base.Barcode) -> str:
    return str(made.build()[0])


def _short(text: str) -> str:
    if (not text.isascii() and not text.replace(_SEPARATOR, "").isascii()) or len(text) > _LONGEST_BARS:
        raise ValueError("bars hold ASCII characters, and not endlessly many")
    return text


def _element_string(content: SymbolContent) -> str:
    """The parts one after the other, with a separator behind each that could be longer."""
    if content.gs1 is None:
        raise ValueError("a GS1 symbol holds GS1 parts")
    parts = list(content.gs1.elements())
    last = len(parts) - 1
    return "".join(
        f"{identifier}{value}{_SEPARATOR if place < last and identifier not in _FIXED else ''}"
        for place, (identifier, value) in enumerate(parts)
    )


def _matrix(rows: tuple[bytearray, ...]) -> list[str]:
    return ["".join("1" if module else "0" for module in row) for row in rows]


def _image(image: zxingcpp.Image) -> list[str]:
    """A pixel for each module."""
    height, width = image.shape
    pixels = memoryview(image).cast("B")  # type: ignore[arg-type]  # it is a buffer, its stub does not say so
    return ["".join("1" if one < _DARK else "0" for one in pixels[y * width : (y + 1) * width]) for y in range(height)]
