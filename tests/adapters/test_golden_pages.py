"""What people hold in their hands: pages of reports, labels and orders, against pictures that somebody has looked at."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from PIL import Image, ImageDraw

from adapters.barcodes.symbols import LibrarySymbols
from adapters.pdf.labels import FpdfLabels
from adapters.pdf.purchase_order import FpdfDocuments
from adapters.pdf.report import FpdfReport
from core.domain.access import PRESETS, Actor
from core.domain.label import FORMATS, Label, LabelRun
from core.domain.order_document import DocumentLine, OrderDocument
from core.domain.report import REPORTS, CellKind, ReportFormat, ReportName
from core.domain.symbol import Symbology, symbol_content
from core.ports.documents import CellValue
from core.ports.reports import ReportFilter
from core.queries.forecasts import ForecastReader
from core.queries.report_files import Reports
from core.queries.reports import Cells, ReportRows, ReportScope
from core.testing.contracts.supplier import a_document
from tests.adapters.golden import DOTS, FARTHEST, assert_looks_like, difference, pages_of

pytestmark = pytest.mark.anyio

DAY = date(2031, 3, 21)
MARCH = datetime(2031, 3, 1, tzinfo=UTC)
ONE = UUID(int=1)
NAMES = (
    *(
        "Taza de cerámica azul",
        "Café molido «Ñandú» 500 g",
        "=SUM(A1:A9)",
        "<b>Caja</b> {nb} **x**",
        "茶 Té verde japonés",
    ),
    "Juego de destornilladores de precisión con puntas intercambiables, estuche y extensión magnética de 24 piezas",
    *("Arroz", "\u202egnp.exe al revés", "Кофе", "Portátil 14″ 16 GB", "Pila AA (blíster de 4)", "Silla"),
)
WORDS_OF = {"kind": ("receipt", "sale", "transfer", "adjustment"), "state": ("low", "out")}


class FixedClock:
    def now(self) -> datetime:
        return datetime(2031, 3, 21, 15, 4, tzinfo=UTC)


class GivenRows:
    """A report of rows that were thought out, in place of a database."""

    def __init__(self, rows: Sequence[Cells]) -> None:
        self._rows = list(rows)

    async def summary(self) -> tuple[int, dict[str, Decimal]]:
        return len(self._rows), {}

    async def next(self, most: int) -> list[Cells]:
        given, self._rows = self._rows[:most], self._rows[most:]
        return given


class GivenReports:
    def __init__(self, rows: Sequence[Cells], scope: ReportScope) -> None:
        self._rows, self._scope = rows, scope

    async def scope(self, actor: Actor, wanted: ReportFilter) -> ReportScope:
        return self._scope

    @asynccontextmanager
    async def open(self, actor: Actor, name: ReportName, wanted: ReportFilter) -> AsyncIterator[ReportRows]:
        yield GivenRows(self._rows)


async def report(
    name: ReportName, rows: Sequence[Cells], locale: str = "es-EC", role: str = "admin", product: str | None = None
) -> Sequence[Image.Image]:
    company = "Comercial Ñandú & Hijos S. A."
    scope = ReportScope(company, "USD", locale, "America/Guayaquil", site="Quito", product=product or "")
    forecasts: ForecastReader = None  # type: ignore[assignment]  # of these reports none asks for any
    reports = Reports(GivenReports(rows, scope), forecasts, {ReportFormat.PDF: FpdfReport}, FixedClock())
    actor = Actor(ONE, ONE, PRESETS[role])
    made = await reports.write(actor, name, ReportFilter(site="UIO", product=product), ReportFormat.PDF)
    with made.file:
        return pages_of(await asyncio.to_thread(made.file.read))


def thought_out(name: ReportName, count: int) -> list[Cells]:
    """Rows of all kinds of cells, small and large, some of them empty."""

    def cell(row: int, column: str, kind: CellKind) -> CellValue:
        if (row * 7 + len(column)) % 17 == 0 and kind not in (CellKind.DAY, CellKind.MOMENT):
            return None
        number = Decimal((row + len(column)) ** 5 * 7919 % 1_000_003)
        match kind:
            case CellKind.WORD:
                return WORDS_OF.get(column, ("a", "b"))[row % 2]
            case CellKind.TEXT if column == "name":
                return NAMES[row % len(NAMES)]
            case CellKind.TEXT if column in ("sku", "document"):
                return f"SKU-{row:04}-{'X' * (row % 9)}"
            case CellKind.TEXT:
                return ("Bodega", "Línea blanca", "UIO", "")[row % 4]
            case CellKind.MONEY:
                return (number - 200_000) / 100
            case CellKind.RATE:
                return number / 10_000
            case CellKind.PERCENT:
                return number % 1_000 / 10
            case CellKind.COUNT:
                return int(number % 500)
            case CellKind.DAY:
                return DAY - timedelta(days=count - row)
            case CellKind.MOMENT:
                return MARCH + timedelta(hours=8.5, minutes=97 * row)
        return number / 1_000 if row % 5 == 0 else number % 900

    return [[cell(row, column.name, column.kind) for column in REPORTS[name].columns] for row in range(count)]


async def test_stock_on_hand_goes_over_several_pages_each_with_its_head() -> None:
    first, second = await report(ReportName.STOCK_ON_HAND, thought_out(ReportName.STOCK_ON_HAND, 40))
    assert_looks_like("stock_on_hand_1", first)
    assert_looks_like("stock_on_hand_2", second)


async def test_whoever_may_not_see_costs_has_a_page_without_gaps() -> None:
    [page] = await report(ReportName.STOCK_ON_HAND, thought_out(ReportName.STOCK_ON_HAND, 12), "en-US", "viewer")
    assert_looks_like("stock_on_hand_without_costs", page)


async def test_sales_by_date_begin_with_a_chart_with_days_of_loss_below_its_line() -> None:
    [page] = await report(ReportName.SALES_BY_DATE, thought_out(ReportName.SALES_BY_DATE, 21))
    assert_looks_like("sales_by_date", page)


async def test_a_kardex_runs_on_with_its_balance() -> None:
    rows: list[Cells] = []
    balance, value = Decimal(12), Decimal("30.00")
    rows.append([MARCH, "balance_before", "", *[None] * 4, balance, value, Decimal("2.5")])
    for number, quantity in enumerate((100, -30, -4, 25, -61), start=1):
        worth = Decimal(quantity) * Decimal("2.5333")
        balance, value = balance + quantity, value + worth
        amount: list[CellValue] = [abs(quantity), abs(worth)]
        into, out = ([None, None], amount) if quantity < 0 else (amount, [None, None])
        moved = [Decimal(one) if isinstance(one, int) else one for one in (*into, *out)]
        kind = "receipt" if quantity > 0 else "sale"
        rows.append(
            [
                MARCH + timedelta(days=number - 1, hours=9, minutes=5),
                kind,
                f"F-{number:03}",
                *moved,
                balance,
                value,
                value / balance,
            ]
        )
    rows = [[round(cell, 4) if isinstance(cell, Decimal) else cell for cell in row] for row in rows]
    [page] = await report(ReportName.KARDEX, rows, product="CUP Taza de cerámica azul")
    assert_looks_like("kardex", page)


async def test_movements_have_figures_and_words_side_by_side() -> None:
    [page] = await report(ReportName.MOVEMENTS, thought_out(ReportName.MOVEMENTS, 25), "es-MX")
    assert_looks_like("movements", page)


async def test_a_report_without_rows_says_so() -> None:
    [page] = await report(ReportName.MOVEMENTS, [], "en-GB")
    assert_looks_like("movements_of_nothing", page)


@pytest.mark.parametrize(
    ("form", "symbology", "code"),
    [
        ("avery_l7160", Symbology.EAN_13, "4006381333931"),
        ("roll_50x25", Symbology.CODE_128, "CUP-BLUE-L"),
        ("roll_50x25", Symbology.GS1_DATAMATRIX, "4006381333931"),
    ],
)
def test_labels_are_legible_whatever_is_on_them(form: str, symbology: Symbology, code: str) -> None:
    symbol = LibrarySymbols().symbol(symbol_content(symbology, code))
    price = FpdfLabels().price(Decimal("1234.5"), "USD", "es-EC")
    labels = [(Label(symbol, name, f"SKU-{number}", price, "Quito"), 1) for number, name in enumerate(NAMES)]
    shown, start, dots = (labels, 2, DOTS) if form.startswith("avery") else (labels[5:6], 1, 2 * DOTS)
    [page] = pages_of(FpdfLabels().pdf(LabelRun(FORMATS[form], shown, "es", DAY, start=start)), dots)
    assert_looks_like(f"labels_{form}_{symbology.value}", page)


def an_order(count: int) -> OrderDocument:
    lines = tuple(
        DocumentLine(
            *(number, f"SKU-{number:03}", f"A-{number}" if number % 3 else "", NAMES[number % len(NAMES)], "unit"),
            *(Decimal(number * 3), Decimal(number) / 4, Decimal(number * 3) * number / 4),
            DAY + timedelta(days=10) if number % 2 else None,
        )
        for number in range(1, count + 1)
    )
    total = sum((line.amount or Decimal(0) for line in lines), Decimal(0))
    return replace(a_document(ONE, 17), lines=lines, total=total)


def test_a_purchase_order_goes_over_several_pages() -> None:
    first, second = pages_of(FpdfDocuments().pdf(an_order(30)))
    assert_looks_like("purchase_order_1", first)
    assert_looks_like("purchase_order_2", second)


def test_a_digit_more_or_less_is_a_difference_and_a_shade_is_none() -> None:
    """What the comparison is worth."""
    order = an_order(5)
    line = replace(order.lines[2], quantity=order.lines[2].quantity + 1)
    [page] = pages_of(FpdfDocuments().pdf(order))
    [other] = pages_of(FpdfDocuments().pdf(replace(order, lines=(*order.lines[:2], line, *order.lines[3:]))))
    assert difference(page, other) > FARTHEST
    assert difference(page, page.point(lambda shade: shade * 230 // 255 + 25)) <= FARTHEST
    moved = page.copy()
    ImageDraw.Draw(moved).line((80, 400, 500, 400), fill=120)
    assert difference(page, moved) > FARTHEST
