"""What a camera sees: a film of barcodes, made anew for each run, as Chromium plays it to the page instead of a camera."""

import io
from pathlib import Path

from PIL import Image

from adapters.barcodes.symbols import LibrarySymbols
from core.domain.symbol import SymbolContent, Symbology
from core.ports.symbols import PictureFormat

SIZE = (1280, 720)
FRAMES = 4
TABLE = (214, 207, 196)


def film(file: Path, *, ean: str, qr: str) -> list[str]:
    """Writes a film that shows an EAN-13 and a QR code, both a little tilted, and answers how to start a Chromium that sees it."""
    codes = [(Symbology.EAN_13, ean, 3.0, 560, (60, 180)), (Symbology.QR, qr, -9.0, 330, (820, 170))]
    frame = Image.new("RGB", SIZE, TABLE)
    for symbology, code, angle, width, place in codes:
        picture, shape = _lying(symbology, code, angle, width)
        frame.paste(picture, place, shape)
    content = io.BytesIO()
    frame.save(content, "JPEG", quality=88, subsampling="4:2:0")
    file.write_bytes(content.getvalue() * FRAMES)
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={file}",
    ]


def _lying(symbology: Symbology, code: str, angle: float, width: int) -> tuple[Image.Image, Image.Image]:
    """A symbol on white paper, turned by so many degrees, and the shape of the paper."""
    symbols = LibrarySymbols()
    png = symbols.picture(symbols.symbol(SymbolContent(symbology, code)), PictureFormat.PNG)
    picture = Image.open(io.BytesIO(png)).convert("L")
    picture = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    paper = Image.new("L", picture.size, 255)
    return _turned(picture.convert("RGB"), angle), _turned(paper, angle)


def _turned(picture: Image.Image, angle: float) -> Image.Image:
    return picture.rotate(angle, resample=Image.Resampling.BICUBIC, expand=True)
