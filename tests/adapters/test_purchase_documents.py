"""Purchase orders on paper: what stands there, in the company's language and manner, whatever people are called."""

import io
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from adapters.pdf.purchase_order import FpdfDocuments
from adapters.pdf.wording import _WORDS, wording_of
from core.domain.ids import new_id
from core.domain.order_document import DocumentLine, OrderDocument, Standing
from core.testing.contracts.supplier import a_document

HOSTILE = (
    "{nb} {page} **bold** __under__ --strike-- [link](https://example.org)",
    "<b>bold</b><img src=file:///etc/passwd><script>x</script>",
    "(\\) Tj ET endstream endobj %PDF-1.4 \\n",
    "A" * 5_000,
    "\x00\x07\u202egnp.exe\u2066\ufeff line\nand line",
)


def read(document: OrderDocument) -> tuple[list[str], dict[str, Any]]:
    """What stands on each page, in one line, and what the file says of itself."""
    reader = PdfReader(io.BytesIO(FpdfDocuments().pdf(document)))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    return pages, dict(reader.metadata or {})


def lines(count: int, name: str = "Café molido") -> Sequence[DocumentLine]:
    return [
        DocumentLine(n, f"SKU-{n:04}", f"A-{n}", name, "unit", Decimal(3), Decimal("2.5"), Decimal("7.5"))
        for n in range(1, count + 1)
    ]


def test_it_says_who_orders_what_of_whom_for_how_much() -> None:
    [page], facts = read(a_document(new_id(), 17))
    for text in (
        *("TechCorp", "Orden de compra", "N.º 17", "Acme S. A.", "1790012345001", "Luis Vega", "ventas@acme.example"),
        *("Bodega Norte (UIO)", "Ana Torres", "21 mar 2031", "30 días", "Antes de Pascua", "Página 1 de 1"),
        *("1 A-77 Taza de cerámica", "100 unidad 2,50 250,00", "Nuestro código: CUP", "1 abr 2031"),
        "Total 255,00 USD",
    ):
        assert text in page
    assert facts["/Title"] == "Orden de compra N.º 17"


@pytest.mark.parametrize(
    ("locale", "amount", "price", "day", "words"),
    [
        ("es-EC", "1.234.567,50", "0,3333", "21 mar 2031", "Orden de compra"),
        ("es-MX", "1,234,567.50", "0.3333", "21 mar 2031", "Orden de compra"),
        ("en-US", "1,234,567.50", "0.3333", "Mar 21, 2031", "Purchase order"),
        ("en-GB", "1,234,567.50", "0.3333", "21 Mar 2031", "Purchase order"),
        ("fr-FR", "1,234,567.50", "0.3333", "21 Mar 2031", "Purchase order"),
    ],
)
def test_numbers_and_days_are_written_as_at_home(locale: str, amount: str, price: str, day: str, words: str) -> None:
    """No day can be taken for another: its month is a word. Seen to fail with prices cut to cents."""
    total = Decimal("1234567.5")
    line = replace(lines(1)[0], unit_price=Decimal("0.3333"), amount=total)
    [page], _ = read(replace(a_document(new_id()), locale=locale, lines=(line,), total=total))
    for text in (amount, price, day, words):
        assert text in page


@pytest.mark.parametrize(("currency", "shown"), [("USD", "12,00"), ("CLP", "12"), ("KWD", "12,000")])
def test_amounts_have_the_cents_of_their_currency(currency: str, shown: str) -> None:
    [page], _ = read(replace(a_document(new_id()), currency=currency, total=Decimal(12)))
    assert f"Total {shown} {currency}" in page


def test_both_languages_have_the_same_words() -> None:
    assert _WORDS["es"].keys() == _WORDS["en"].keys()
    assert all(len(_WORDS[language]["months"]) == 12 for language in _WORDS)
    assert wording_of("es-EC").day(date(2031, 12, 1)) == "1 dic 2031"


def test_without_prices_there_is_nothing_of_money() -> None:
    document = a_document(new_id())
    bare = tuple(replace(line, unit_price=None, amount=None) for line in document.lines)
    [page], _ = read(replace(document, lines=bare, total=None))
    assert "Taza de cerámica" in page
    for text in ("Precio", "Importe", "Total", "2,50", "255,00"):
        assert text not in page


@pytest.mark.parametrize(("standing", "text"), [(Standing.DRAFT, "BORRADOR"), (Standing.CANCELLED, "ANULADA")])
def test_what_is_no_order_says_so(standing: Standing, text: str) -> None:
    [page], _ = read(replace(a_document(new_id()), standing=standing))
    assert text in page
    assert "NO ES UN PEDIDO" in page
    [agreed], _ = read(a_document(new_id()))
    assert "PEDIDO" not in agreed


def test_every_page_has_the_names_of_the_columns_and_its_number() -> None:
    """Seen to fail with the names on the first page alone."""
    pages, _ = read(replace(a_document(new_id()), lines=tuple(lines(100))))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"Página {number} de {len(pages)}" in page
        assert "Su código Producto Cantidad Unidad Precio Importe" in page
    together = " ".join(pages)
    assert [f"SKU-{n:04}" in together for n in range(1, 101)] == [True] * 100
    assert together.count("SKU-") == 100


def test_no_line_is_cut_by_the_end_of_a_page() -> None:
    long = " ".join(["palabra"] * 30)
    pages, _ = read(replace(a_document(new_id()), lines=tuple(lines(40, long))))
    assert [page.count("palabra") % 30 for page in pages] == [0] * len(pages)
    assert sum(page.count("palabra") for page in pages) == 40 * 30


def test_a_note_goes_on_where_the_page_ends() -> None:
    note = "\n".join(f"nota {number}." for number in range(120))
    pages, _ = read(replace(a_document(new_id()), note=note))
    assert len(pages) > 1
    assert all(f"nota {number}." in " ".join(pages) for number in range(120))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.promise("S10")
def test_names_are_nothing_but_text(name: str) -> None:
    """Seen to fail with the library's own placeholder for the number of pages left at work: `{nb}` became 1."""
    document = a_document(new_id())
    line = replace(document.lines[0], name=name, sku=name[:100], supplier_sku=name[:100], unit=name[:100])
    buyer = replace(document.buyer, company=name, site_name=name, person=name)
    supplier = replace(document.supplier, name=name, tax_id=name, contact=name, phone=name, email=name)
    content = FpdfDocuments().pdf(replace(document, lines=(line,), buyer=buyer, supplier=supplier, note=name))
    reader = PdfReader(io.BytesIO(content), strict=True)
    page = "".join(" ".join(page.extract_text() for page in reader.pages).split())
    begins = "".join(one for one in name if one.isprintable())[:6].replace(" ", "")
    assert begins in page
    assert "Páginas" not in page
    assert f"Página1de{len(reader.pages)}" in page
    for feature in (b"/URI", b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/Annots", b"passwd:"):
        assert feature not in content


def test_what_the_font_cannot_draw_leaves_a_trace() -> None:
    """Seen to fail without the sign: the name of the product was empty."""
    document = a_document(new_id())
    line = replace(document.lines[0], name="漢字 Ωmega Жук ñandú")
    [page], _ = read(replace(document, lines=(line,)))
    assert "\ufffd\ufffd Ωmega Жук ñandú" in page


def test_the_same_order_is_the_same_file() -> None:
    """Seen to fail with the date of its making in the file."""
    document = a_document(new_id())
    assert read(document)[1]["/CreationDate"] == "D:20310321000000Z"
    assert FpdfDocuments().pdf(document) == FpdfDocuments().pdf(document)
    assert FpdfDocuments().pdf(document) != FpdfDocuments().pdf(replace(document, number=8))


def test_an_order_of_a_thousand_lines_takes_little_memory() -> None:
    document = replace(a_document(new_id()), lines=tuple(lines(1_000)))
    FpdfDocuments().pdf(a_document(new_id()))  # fonts and modules are loaded once
    tracemalloc.start()
    content = FpdfDocuments().pdf(document)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(content) < 1_000_000
    assert most < 60_000_000
