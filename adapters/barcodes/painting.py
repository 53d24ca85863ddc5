"""A symbol as a picture."""

import io
from collections.abc import Iterator
from html import escape
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont

from core.domain.symbol import QUIET_MODULES, Symbol

BAR_HEIGHT = 60  # modules
TEXT_HEIGHT = 12
SCALE = 6  # pixels of a module: 600 dots per inch at a quarter of a millimetre
MODULE = 0.33  # millimetres, the nominal width of GS1
_FONT_SIZE = 9


def svg(symbol: Symbol) -> bytes:
    """In millimetres, so that it is printed in its nominal size."""
    width, height = _size(symbol)
    parts = "".join(f"M{x} {y}h{length}v{tall}h-{length}z" for x, y, length, tall in bars(symbol))
    text = _svg_text(symbol, width, height) if _has_text(symbol) else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * MODULE:.2f}mm" height="{height * MODULE:.2f}mm" '
        f'viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" fill="#fff"/>'
        f'<path d="{parts}" shape-rendering="crispEdges"/>{text}</svg>'
    ).encode()


def png(symbol: Symbol) -> bytes:
    """In black and white, a module six pixels wide."""
    width, height = _size(symbol)
    image = Image.new("1", (width * SCALE, height * SCALE), 1)
    pen = ImageDraw.Draw(image)
    for x, y, length, tall in bars(symbol):
        pen.rectangle((x * SCALE, y * SCALE, (x + length) * SCALE - 1, (y + tall) * SCALE - 1), fill=0)
    if _has_text(symbol):
        font = ImageFont.load_default(_FONT_SIZE * SCALE)
        middle = (width * SCALE / 2, (height - 1) * SCALE)
        pen.text(middle, _fitting(symbol.text, width), font=font, anchor="mb", fill=0)
    content = io.BytesIO()
    image.save(content, "PNG", optimize=True)
    return content.getvalue()


def bars(symbol: Symbol) -> Iterator[tuple[int, int, int, int]]:
    """The dark parts in modules: x, y, width, height."""
    quiet, square = QUIET_MODULES[symbol.symbology], symbol.symbology.is_square
    for y, row in enumerate(symbol.rows):
        x = quiet
        for module, run in groupby(row):
            length = len(list(run))
            if module == "1":
                yield x, quiet + y if square else 2, length, 1 if square else BAR_HEIGHT
            x += length


def _size(symbol: Symbol) -> tuple[int, int]:
    if symbol.symbology.is_square:
        return symbol.width, len(symbol.rows) + 2 * QUIET_MODULES[symbol.symbology]
    return symbol.width, BAR_HEIGHT + TEXT_HEIGHT + 4


def _has_text(symbol: Symbol) -> bool:
    return not symbol.symbology.is_square


def _svg_text(symbol: Symbol, width: int, height: int) -> str:
    return (
        f'<text x="{width / 2:g}" y="{height - 3}" font-family="monospace" font-size="{_FONT_SIZE}" text-anchor="middle" '
        f'textLength="{min(len(symbol.text) * 6, width - 4)}" lengthAdjust="spacingAndGlyphs">{escape(symbol.text)}</text>'
    )


def _fitting(text: str, width: int) -> str:
    """As much of the text as has room below the bars."""
    most = max(int(width / 5), 1)
    return text if len(text) <= most else f"{text[: most - 1]}…"
