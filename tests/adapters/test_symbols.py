"""Barcodes and matrix codes: another program reads every symbol that is drawn, also small, turned and out of focus."""

import io
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from adapters.barcodes.scans import BiipScans
from adapters.barcodes.symbols import LibrarySymbols
from core.domain.barcode import check_digit, lookup_key
from core.domain.errors import Invalid
from core.domain.gs1 import Gs1Content
from core.domain.symbol import Symbology, symbol_content
from core.ports.symbols import PictureFormat, Scan

GTIN = "4006381333931"
BATCH = Gs1Content("04006381333931", "AB-1/7", date(2031, 12, 31), "S1", Decimal(24))
LEAN = Gs1Content("04006381333931", "AB-1/7", date(2031, 12, 31))
TWO = Gs1Content("04006381333931", "AB", serial="S1")
DRAWN = [
    (Symbology.EAN_13, GTIN, None),
    (Symbology.EAN_13, "012345678905", None),
    (Symbology.EAN_8, "40170725", None),
    (Symbology.CODE_128, "LAP-1 #2(x)", None),
    (Symbology.GS1_128, "14006381333938", None),
    (Symbology.GS1_128, GTIN, LEAN),
    (Symbology.GS1_128, GTIN, TWO),
    (Symbology.QR, GTIN, None),
    (Symbology.QR, GTIN, BATCH),
    (Symbology.QR, "café ñandú 茶", None),
    (Symbology.GS1_DATAMATRIX, GTIN, None),
    (Symbology.GS1_DATAMATRIX, GTIN, BATCH),
]
NAMES = [f"{symbology.value}-{code}-{gs1.bracketed() if gs1 else 'plain'}" for symbology, code, gs1 in DRAWN]


def picture(symbology: Symbology, code: str, gs1: Gs1Content | None = None) -> Image.Image:
    maker = LibrarySymbols()
    content = maker.picture(maker.symbol(symbol_content(symbology, code, gs1)), PictureFormat.PNG)
    return Image.open(io.BytesIO(content)).convert("L")


def scanned(image: Image.Image) -> Scan:
    """What our own look-up understands of what a scanner reads in the picture."""
    [found] = zxingcpp.read_barcodes(image)
    return BiipScans().read(found.symbology_identifier + found.bytes.decode())


def expected(symbology: Symbology, code: str, gs1: Gs1Content | None) -> object:
    if symbology in (Symbology.GS1_128, Symbology.GS1_DATAMATRIX):
        return gs1 or Gs1Content(lookup_key(code))
    if symbology is Symbology.QR and code == GTIN:  # a link has no room for a count
        return Gs1Content(BATCH.gtin, BATCH.lot, BATCH.expires_on, BATCH.serial) if gs1 else Gs1Content(BATCH.gtin)
    return lookup_key(code)


def understood(scan: Scan) -> object:
    return scan.gs1 or lookup_key(scan.code)


@pytest.mark.parametrize(("symbology", "code", "gs1"), DRAWN, ids=NAMES)
def test_a_scanner_reads_what_was_drawn(symbology: Symbology, code: str, gs1: Gs1Content | None) -> None:
    """Seen to fail without the separators of GS1-128."""
    assert understood(scanned(picture(symbology, code, gs1))) == expected(symbology, code, gs1)


@pytest.mark.parametrize(("symbology", "code", "gs1"), DRAWN, ids=NAMES)
@pytest.mark.parametrize("angle", [7, 90, 180])
def test_turned_it_is_read_as_well(symbology: Symbology, code: str, gs1: Gs1Content | None, angle: int) -> None:
    turned = picture(symbology, code, gs1).rotate(angle, expand=True, fillcolor=255)
    assert understood(scanned(turned)) == expected(symbology, code, gs1)


@pytest.mark.parametrize(("symbology", "code", "gs1"), DRAWN, ids=NAMES)
def test_small_and_out_of_focus_it_is_read_as_well(symbology: Symbology, code: str, gs1: Gs1Content | None) -> None:
    """At three pixels for the narrowest bar, which is a quarter of a millimetre at 300 dots per inch."""
    whole = picture(symbology, code, gs1)
    small = whole.resize((whole.width // 2, whole.height // 2), Image.Resampling.LANCZOS)
    blurred = small.filter(ImageFilter.GaussianBlur(1.2))
    assert understood(scanned(blurred)) == expected(symbology, code, gs1)


@given(st.text("0123456789", min_size=12, max_size=12).map(lambda digits: digits + check_digit(digits)))
def test_every_ean_13_is_read(code: str) -> None:
    assert lookup_key(scanned(picture(Symbology.EAN_13, code)).code) == lookup_key(code)


LOT = st.text("ABCxyz0123456789-/._+%&()", min_size=1, max_size=20)


@given(LOT, st.dates(date(2000, 1, 1), date(2049, 12, 31)))
def test_every_lot_and_day_is_read_from_a_matrix_and_from_a_link(lot: str, day: date) -> None:
    """Seen to fail when a slash in a lot went into the link as it is."""
    content = Gs1Content("04006381333931", lot, day)
    for symbology in (Symbology.GS1_DATAMATRIX, Symbology.QR):
        if symbology is Symbology.GS1_DATAMATRIX and set(lot) & set("()"):
            continue  # brackets are what its maker tells the parts apart by
        assert scanned(picture(symbology, GTIN, content)).gs1 == content


@pytest.mark.parametrize(
    ("symbology", "code"),
    [
        (Symbology.EAN_13, "LAP-1"),
        (Symbology.EAN_13, "14006381333938"),
        (Symbology.EAN_8, GTIN),
        (Symbology.GS1_128, "LAP-1"),
        (Symbology.CODE_128, "café"),
        (Symbology.CODE_128, "A" * 81),
        (Symbology.QR, "A" * 4_000),
    ],
)
def test_what_does_not_go_into_a_symbol_is_refused(symbology: Symbology, code: str) -> None:
    with pytest.raises(Invalid, match="cannot be drawn"):
        LibrarySymbols().symbol(symbol_content(symbology, code))


@pytest.mark.promise("S10")
def test_an_svg_has_its_nominal_size_and_nothing_that_runs() -> None:
    maker = LibrarySymbols()
    symbol = maker.symbol(symbol_content(Symbology.CODE_128, "<script>&\"'"))
    root = ElementTree.fromstring(maker.picture(symbol, PictureFormat.SVG))  # noqa: S314 - our own
    assert root.get("width") == f"{symbol.width * 0.33:.2f}mm"
    assert {one.tag.rpartition("}")[2] for one in root.iter()} == {"svg", "rect", "path", "text"}
    assert root[-1].text == "<script>&\"'"


@pytest.mark.parametrize(
    ("text", "code", "gs1"),
    [
        ("LAP-1", "LAP-1", None),
        ("]C0LAP-1", "LAP-1", None),
        ("]E0" + GTIN, GTIN, None),
        ("]x", "]x", None),
        ("]", "]", None),
        ("]X", "]X", None),
        ("]Xa", "]Xa", None),
        ("(01)", "(01)", None),
        ("010400638133393", "010400638133393", None),
        ("https://shop.example/product/7", "https://shop.example/product/7", None),
        ("http://[::1", "http://[::1", None),
        ("0104006381333931", "0104006381333931", None),
        (
            "01040063813339311726123110AB",
            "01040063813339311726123110AB",
            Gs1Content("04006381333931", "AB", date(2026, 12, 31)),
        ),
        (
            "(01)04006381333931(10)AB(21)7",
            "(01)04006381333931(10)AB(21)7",
            Gs1Content("04006381333931", "AB", None, "7"),
        ),
        (
            "]C101040063813339313103001250",
            "01040063813339313103001250",
            Gs1Content("04006381333931", quantity=Decimal("1.25")),
        ),
        (
            "]d2010400638133393110AB\x1d3012",
            "010400638133393110AB\x1d3012",
            Gs1Content("04006381333931", "AB", quantity=Decimal(12)),
        ),
        (
            "https://id.gs1.org/01/04006381333931/10/A%2FB?17=261231",
            "https://id.gs1.org/01/04006381333931/10/A%2FB?17=261231",
            Gs1Content("04006381333931", "A/B", date(2026, 12, 31)),
        ),
    ],
)
def test_a_scan_is_understood_or_left_as_it_is(text: str, code: str, gs1: Gs1Content | None) -> None:
    assert BiipScans().read(text) == Scan(code, gs1)


@pytest.mark.promise("B11")
@given(st.text(max_size=60))
def test_no_scan_breaks_the_reader(text: str) -> None:
    assert isinstance(BiipScans().read(text), Scan)
