"""Pages compared with pictures of them that somebody has looked at.

A page is drawn at 90 dots to the inch in grey, and both pictures are halved before they are compared: no point of the halves may differ by
more than a sixth of the way from black to white. That overlooks how a renderer smooths edges, and sees a changed digit.

`PIRWA_TEST_REWRITE_GOLDEN=1` writes the pictures anew: look at each of them before you keep it.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

REWRITE = "PIRWA_TEST_REWRITE_GOLDEN"
DOTS = 90  # to the inch
SHADES = 16
FARTHEST = 42  # of 255
_KEPT = Path(__file__).with_name("golden")
_FOUND = Path(__file__).parents[2] / "var" / "golden"


def pages_of(pdf: bytes, dots: int = DOTS) -> Sequence[Image.Image]:
    """Its pages as they are looked at."""
    return [page.render(scale=dots / 72, grayscale=True).to_pil().convert("L") for page in pypdfium2.PdfDocument(pdf)]


def assert_looks_like(name: str, page: Image.Image) -> None:
    """Compares a page with the picture of that name. Where they differ, the page and the difference are put where they can be looked at."""
    file = _KEPT / f"{name}.png"
    if os.environ.get(REWRITE):
        file.parent.mkdir(exist_ok=True)
        _in_few_shades(page).save(file, optimize=True, bits=4)
        return
    assert file.exists(), f"there is no picture {name}: {REWRITE}=1 draws it"
    with Image.open(file) as golden:
        kept = golden.convert("L")
    farthest = difference(kept, page)
    if farthest > FARTHEST:
        _FOUND.mkdir(parents=True, exist_ok=True)
        page.save(_FOUND / f"{name}.png")
        if kept.size == page.size:
            ImageChops.difference(kept, page).point(lambda shade: 255 - shade).save(_FOUND / f"{name}.difference.png")
    assert farthest <= FARTHEST, (
        f"{name} looks different, by {farthest} of 255: look at {_FOUND / name}.png and .difference.png; {REWRITE}=1 keeps it as it is now"
    )


def difference(one: Image.Image, other: Image.Image) -> int:
    """By how much the most different points of two pictures differ, of 255."""
    if one.size != other.size:
        return 255
    halves = [_in_few_shades(picture).convert("L").reduce(2) for picture in (one, other)]
    darkest = ImageChops.difference(*halves).getextrema()[1]
    assert isinstance(darkest, int | float)
    return int(darkest)


def _in_few_shades(page: Image.Image) -> Image.Image:
    """As it is kept: half a byte for each point."""
    step = 255 / (SHADES - 1)
    levels = page.convert("L").point(lambda shade: round(shade / step))
    levels = levels.convert("P")
    levels.putpalette([round(level * step) for level in range(SHADES) for _ in range(3)])
    return levels
