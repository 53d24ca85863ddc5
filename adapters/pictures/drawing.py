"""Simple pictures of products that have no photograph: a card in a colour with the product's shape on it."""

import io
from collections.abc import Callable

from PIL import Image, ImageDraw

SIZE = 640
_PAPER = "#f6f4ef"


def draw_card(shape: str, colour: str) -> bytes:
    """A PNG of `SIZE` pixels a side. `shape` is one of `SHAPES`; any other is drawn as a box."""
    image = Image.new("RGB", (SIZE, SIZE), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((40, 40, SIZE - 40, SIZE - 40), 36, fill=colour)
    SHAPES.get(shape, _box)(pen)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _laptop(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((170, 160, 470, 360), 14, fill="white")
    pen.rectangle((188, 178, 452, 342), fill="#dfe7ee")
    pen.polygon([(130, 380), (510, 380), (550, 430), (90, 430)], fill="white")


def _desktop(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((130, 150, 420, 350), 12, fill="white")
    pen.rectangle((146, 166, 404, 334), fill="#dfe7ee")
    pen.rectangle((255, 350, 295, 400), fill="white")
    pen.rectangle((205, 400, 345, 416), fill="white")
    pen.rounded_rectangle((446, 150, 530, 416), 10, fill="white")


def _phone(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((240, 120, 400, 450), 26, fill="white")
    pen.rectangle((254, 156, 386, 408), fill="#dfe7ee")
    pen.ellipse((311, 418, 329, 436), fill="#b9c4cc")


def _tablet(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((180, 120, 460, 450), 24, fill="white")
    pen.rectangle((202, 142, 438, 428), fill="#dfe7ee")


def _paper(pen: ImageDraw.ImageDraw) -> None:
    for step in range(6):
        pen.polygon(_sheet(400 - step * 12), fill="white" if step % 2 else "#e6e4da")


def _sheet(bottom: int) -> list[tuple[int, int]]:
    return [(150, bottom), (330, bottom - 190), (500, bottom - 150), (320, bottom + 40)]


def _pens(pen: ImageDraw.ImageDraw) -> None:
    for index in range(5):
        left = 190 + index * 56
        pen.rounded_rectangle((left, 170, left + 30, 400), 8, fill="white")
        pen.polygon([(left, 400), (left + 30, 400), (left + 15, 448)], fill="#dfe7ee")


def _chair(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((240, 130, 400, 300), 26, fill="white")
    pen.rounded_rectangle((220, 310, 420, 350), 16, fill="white")
    pen.rectangle((308, 350, 332, 420), fill="white")
    pen.line([(230, 450), (320, 415), (410, 450)], fill="white", width=16)


def _desk(pen: ImageDraw.ImageDraw) -> None:
    pen.rounded_rectangle((110, 220, 530, 256), 8, fill="white")
    for left in (136, 480):
        pen.rectangle((left, 256, left + 24, 440), fill="white")
    pen.rectangle((360, 256, 480, 340), fill="#dfe7ee")


def _box(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((180, 180, 460, 430), fill="white")
    pen.rectangle((300, 180, 340, 430), fill="#dfe7ee")


SHAPES: dict[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "Laptops": _laptop,
    "Desktops": _desktop,
    "Smartphones": _phone,
    "Tablets": _tablet,
    "Papel": _paper,
    "Escritura": _pens,
    "Sillas": _chair,
    "Escritorios": _desk,
}
