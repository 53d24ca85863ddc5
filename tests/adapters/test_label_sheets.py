"""Label sheets as they come out of the printer: every label lies where its sheet has one, and scanners read each."""

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from adapters.barcodes.symbols import LibrarySymbols
from adapters.pdf.labels import FpdfLabels
from core.domain.label import FORMATS, NARROWEST_BAR, Label, LabelFormat, LabelRun, module_width
from core.domain.symbol import Symbology, symbol_content

PRINTER = 300  # dots per inch
DAY = date(2031, 3, 21)
HOSTILE = "\u202e{nb} **b** <b>x</b> (\\) Tj ET %PDF-1.4 " + "Ñandú 茶 " * 40


def label(code: str, symbology: Symbology = Symbology.EAN_13, name: str = "Taza de cerámica azul") -> Label:
    symbol = LibrarySymbols().symbol(symbol_content(symbology, code))
    return Label(symbol, name, "CUP-BLUE", FpdfLabels().price(Decimal("12.5"), "USD", "es-EC"), "Quito")


def printed(run: LabelRun) -> Sequence[Image.Image]:
    """The pages as a printer of 300 dots per inch draws them."""
    document = pypdfium2.PdfDocument(FpdfLabels().pdf(run))
    return [page.render(scale=PRINTER / 72, grayscale=True).to_pil() for page in document]


def cell(page: Image.Image, form: LabelFormat, position: int) -> Image.Image:
    """What lies on one label, and nothing beside it."""
    x, y = form.place(position)
    box = (x, y, x + form.width, y + form.height)
    return page.crop(tuple(round(side / 25.4 * PRINTER) for side in box))  # type: ignore[arg-type]


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize("form", FORMATS.values(), ids=str)
@pytest.mark.parametrize(
    ("symbology", "code"),
    [
        (Symbology.EAN_13, "4006381333931"),
        (Symbology.CODE_128, "LAP-14"),
        (Symbology.QR, "4006381333931"),
        (Symbology.GS1_DATAMATRIX, "4006381333931"),
    ],
)
def test_the_first_and_the_last_label_of_a_page_are_read_where_they_lie(
    form: LabelFormat, symbology: Symbology, code: str
) -> None:
    """Seen to fail when rows and columns were changed over."""
    [page] = printed(LabelRun(form, [(label(code, symbology), form.per_page)], "es", DAY))
    for position in {0, form.columns - 1, form.per_page - 1}:
        [text] = read(cell(page, form, position))
        assert text.endswith(code) or code in text


def test_a_sheet_that_was_begun_is_used_up_and_the_next_one_begun() -> None:
    """Seen to fail when every page was begun at `start`."""
    form = FORMATS["avery_l7160"]
    run = LabelRun(form, [(label("4006381333931"), 2), (label("40170725", Symbology.EAN_8), 2)], "es", DAY, start=20)
    first, second = printed(run)
    assert [read(cell(first, form, at)) for at in (0, 18, 19, 20)] == [[], [], ["4006381333931"], ["4006381333931"]]
    assert [read(cell(second, form, at)) for at in (0, 1, 2)] == [["40170725"], ["40170725"], []]


@pytest.mark.parametrize("form", FORMATS.values(), ids=str)
def test_nothing_is_drawn_beside_the_labels_whatever_a_product_is_called(form: LabelFormat) -> None:
    """Seen to fail when a name was written without regard to the width."""
    [page] = printed(LabelRun(form, [(label("4006381333931", name=HOSTILE), form.per_page)], "es", DAY))
    for position in range(form.per_page):
        place = form.place(position)
        box = (*place, place[0] + form.width, place[1] + form.height)
        page.paste(255, tuple(round(side / 25.4 * PRINTER) for side in box))  # type: ignore[arg-type]
    assert page.getextrema() == (255, 255)


def test_it_says_what_the_thing_is_and_costs() -> None:
    run = LabelRun(FORMATS["avery_l7160"], [(label("4006381333931"), 1)], "es", DAY)
    text = " ".join(PdfReader(io.BytesIO(FpdfLabels().pdf(run))).pages[0].extract_text().split())
    assert text == "4006381333931 Taza de cerámica azul 12,50 USD CUP-BLUE · Quito"


def test_the_same_labels_are_the_same_bytes() -> None:
    run = LabelRun(FORMATS["roll_50x25"], [(label("4006381333931"), 3)], "es", DAY)
    assert FpdfLabels().pdf(run) == FpdfLabels().pdf(run)


@pytest.mark.parametrize("form", FORMATS.values(), ids=str)
def test_bars_are_never_narrower_than_scanners_can_read(form: LabelFormat) -> None:
    long = LibrarySymbols().symbol(symbol_content(Symbology.CODE_128, "A" * 48))
    module = module_width(form, long)
    assert module is None or module >= NARROWEST_BAR
    assert module_width(form, label("4006381333931").symbol) is not None
