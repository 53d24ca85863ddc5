"""`ReportWriter` as a PDF: the company and the title on every page, a head on each part of the table, totals, and a chart where it says
more than figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice, zip_longest
from typing import BinaryIO, ClassVar

from adapters.pdf.chart import draw_chart
from adapters.pdf.paper import A4, BLACK, GREY, MARGIN, Paper, plain
from adapters.pdf.wording import wording_of
from core.domain.report import CellKind
from core.domain.report_words import written_day
from core.ports.documents import CellValue, ReportColumn, ReportLayout

LANDSCAPE = (A4[1], A4[0])
WIDEST_UPRIGHT = 100  # shares of columns
TEXT, SMALL, TITLE = 7.5, 7.0, 14.0  # points
ROW, HEAD = 4.4, 6.0  # millimetres
FOOT = 12.0
GAP = 1.6  # between columns
APART = 2.2  # more of it between figures and words, which would else touch
MOST_IN_CHART = 60
LONGEST_CELL = 200
SMALLEST = 0.85  # of the usual letters


@dataclass(frozen=True, slots=True)
class _Place:
    """A column on the page."""

    x: float
    width: float
    column: ReportColumn

    @property
    def align(self) -> str:
        return "R" if self.column.kind.is_number else "L"

    @property
    def smallest(self) -> float:
        """A number is written whole, however small."""
        return 0.0 if self.column.kind.is_number else SMALLEST


class FpdfReport:
    media_type: ClassVar[str] = "application/pdf"
    suffix: ClassVar[str] = ".pdf"

    def write(self, target: BinaryIO, layout: ReportLayout, rows: Iterable[Sequence[CellValue]]) -> None:
        wide = sum(column.share for column in layout.columns) > WIDEST_UPRIGHT
        paper = Paper(wording_of(layout.locale).language, layout.title, layout.made_on, LANDSCAPE if wide else A4)
        _Drawing(paper, layout).draw(iter(rows))
        paper.output(target)


class _Drawing:
    """One report on its way onto pages."""

    def __init__(self, paper: Paper, layout: ReportLayout) -> None:
        self._paper, self._layout = paper, layout
        self._words = wording_of(layout.locale)
        self._width = paper.w - 2 * MARGIN
        self._places = _places(layout.columns, self._width)
        self._y = MARGIN

    def draw(self, rows: Iterable[Sequence[CellValue]]) -> None:
        self._draw_title()
        totals = self._layout.totals()
        rows = self._with_chart(rows)
        self._draw_head()
        drawn = False
        for row in rows:
            totals.add(row)
            self._draw_row(row)
            drawn = True
        if not drawn:
            self._draw_nothing()
        elif last := totals.row(self._layout.words["total"]):
            self._draw_row(last, bold=True)
        self._draw_feet()

    def _draw_title(self) -> None:
        paper = self._paper
        paper.pen(TITLE, bold=True)
        paper.write_at(MARGIN, self._y, self._width * 0.6, plain(self._layout.title))
        paper.pen(TEXT + 1, bold=True)
        paper.write_at(
            MARGIN + self._width * 0.62, self._y + 1.4, self._width * 0.38, plain(self._layout.company), align="R"
        )
        self._y += 7.5
        paper.pen(TEXT, grey=GREY)
        for line in self._layout.about:
            paper.write_at(MARGIN, self._y, self._width, plain(line))
            self._y += 3.8
        self._y += 2

    def _with_chart(self, rows: Iterable[Sequence[CellValue]]) -> Iterable[Sequence[CellValue]]:
        """Draws the chart if it can show all rows. Returns them all."""
        if self._layout.chart is None:
            return rows
        rest = iter(rows)
        first = list(islice(rest, MOST_IN_CHART + 1))
        if 1 < len(first) <= MOST_IN_CHART:
            label, value = self._layout.columns[0], self._layout.chart
            bars = [(self._text(row[0], label.kind), Decimal(str(row[value] or 0))) for row in first]
            self._y = draw_chart(
                self._paper, bars, self._layout.columns[value].title, self._words, self._y, self._width
            )
        return (row for part in (first, rest) for row in part)

    def _draw_head(self) -> None:
        paper = self._paper
        paper.set_fill_color(236)
        paper.rect(MARGIN, self._y, self._width, HEAD, style="F")
        paper.pen(SMALL, bold=True)
        for place in self._places:
            paper.write_at(place.x, self._y + 1.5, place.width, plain(place.column.title), align=place.align)
        self._y += HEAD + 0.6

    def _draw_row(self, row: Sequence[CellValue], *, bold: bool = False) -> None:
        if self._y + ROW > self._paper.h - FOOT - 2:
            self._paper.add_page()
            self._y = MARGIN
            self._draw_head()
        paper = self._paper
        if bold:
            self._rule(self._y + 0.3)
            self._y += 1.2
        paper.pen(TEXT, bold=bold)
        for place, cell in zip(self._places, row, strict=True):
            if cell is not None and cell != "":
                text = self._text(cell, place.column.kind)
                paper.write_at(place.x, self._y, place.width, text, align=place.align, smallest=place.smallest)
        self._y += ROW

    def _draw_nothing(self) -> None:
        self._paper.pen(TEXT, grey=GREY)
        self._paper.write_at(MARGIN, self._y + 3, self._width, self._layout.words["nothing"], align="C")

    def _draw_feet(self) -> None:
        """What the report is and which of its pages, on each, now that their number is known."""
        paper, pages = self._paper, self._paper.page
        for page in range(1, pages + 1):
            paper.go_to(page)
            y = paper.h - FOOT
            self._rule(y)
            paper.pen(SMALL, grey=GREY)
            text = f"{plain(self._layout.company)} · {plain(self._layout.title)}"
            paper.write_at(MARGIN, y + 1.5, self._width - 40, text)
            number = self._layout.words["page"].replace("{page}", str(page)).replace("{pages}", str(pages))
            paper.write_at(MARGIN + self._width - 38, y + 1.5, 38, number, align="R")
            paper.set_text_color(BLACK)

    def _rule(self, y: float) -> None:
        self._paper.set_draw_color(200)
        self._paper.set_line_width(0.2)
        self._paper.line(MARGIN, y, MARGIN + self._width, y)

    def _text(self, cell: CellValue, kind: CellKind) -> str:
        match cell:
            case None:
                return ""
            case bool() | str():
                return plain(str(cell), LONGEST_CELL)
            case int() | Decimal():
                return self._number(Decimal(cell), kind)
            case datetime():
                return f"{written_day(self._layout.locale, cell.date())} {cell:%H:%M}"
            case date():
                return written_day(self._layout.locale, cell)

    def _number(self, value: Decimal, kind: CellKind) -> str:
        """Money to the cent, as people read it; what one unit costs to the last figure; a share with its tenths, so that they stand below
        each other."""
        if kind not in (CellKind.MONEY, CellKind.RATE):
            return self._words.number(value, 1 if kind is CellKind.PERCENT else 0)
        cents = self._words.cents(self._layout.currency)
        return self._words.number(
            value.quantize(Decimal(1).scaleb(-cents), ROUND_HALF_UP) if kind is CellKind.MONEY else value, cents
        )


def _places(columns: Sequence[ReportColumn], width: float) -> list[_Place]:
    whole = sum(column.share for column in columns)
    places: list[_Place] = []
    x = MARGIN
    for column, following in zip_longest(columns, columns[1:]):
        share = width * column.share / whole
        touches = following is not None and column.kind.is_number and not following.kind.is_number
        places.append(_Place(x + GAP / 2, share - GAP - (APART if touches else 0), column))
        x += share
    return places
