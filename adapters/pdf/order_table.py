"""The lines of an order, on as many pages as they take; each begins with the names of the columns."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from adapters.pdf.paper import BLACK, GREY, MARGIN, WIDTH, Paper, plain
from adapters.pdf.wording import Wording
from core.domain.figures import decimals_of
from core.domain.order_document import DocumentLine, OrderDocument

TEXT, SMALL = 8.5, 7.0  # points
LINE = 4.2  # millimetres from line to line
SMALL_LINE = 3.4
HEAD = 7.0
Take = Callable[[DocumentLine], Decimal | None]
PADDING = 1.4  # above and below a row
GAP = 2.5  # between columns


@dataclass(frozen=True, slots=True)
class Column:
    """A column that takes a share of the page; the product takes what is left. `own` may stand below the text, in small letters."""

    title: str
    width: float
    text: Callable[[DocumentLine], str]
    align: str = "L"
    wraps: bool = False
    own: Callable[[DocumentLine], str] = lambda _: ""


def columns_of(document: OrderDocument, words: Wording) -> Sequence[Column]:
    """Those that this order needs: no prices for those who may not see them, no days where none was asked for."""
    found = [Column(words["line"], 10, lambda one: str(one.line))]
    if any(one.supplier_sku for one in document.lines):
        found.append(Column(words["supplier_sku"], 23, lambda one: plain(one.supplier_sku), wraps=True))
    after = [Column(words["expected"], 20, lambda one: words.day(one.expected_on) if one.expected_on else "")]
    after = after if any(one.expected_on for one in document.lines) else []
    after.append(Column(words["quantity"], 19, lambda one: words.number(one.quantity), "R"))
    after.append(Column(words["unit"], 14, lambda one: _unit(one, words), wraps=True))
    if document.total is not None:
        after.append(_amounts(words["unit_price"], 19, document, words, lambda one: one.unit_price))
        after.append(_amounts(words["amount"], 23, document, words, lambda one: one.amount))
    left = WIDTH - sum(column.width for column in (*found, *after))
    product = Column(words["product"], left, lambda one: plain(one.name), wraps=True, own=_own_code(words))
    return [*found, product, *after]


def _own_code(words: Wording) -> Callable[[DocumentLine], str]:
    return lambda one: words["our_sku"].replace("{sku}", plain(one.sku))


def _unit(line: DocumentLine, words: Wording) -> str:
    return words["unit_of_one"] if line.unit == "unit" else plain(line.unit, 40)


def _amounts(title: str, width: float, document: OrderDocument, words: Wording, take: Take) -> Column:
    """A column of money, in which all have as many decimals as the one that has the most."""
    there = [amount for amount in map(take, document.lines) if amount is not None]
    decimals = max([words.cents(document.currency), *map(decimals_of, there)])

    def text(line: DocumentLine) -> str:
        amount = take(line)
        return "" if amount is None else words.number(amount, decimals)

    return Column(title, width, text, "R")


def draw_table(paper: Paper, columns: Sequence[Column], lines: Iterable[DocumentLine]) -> None:
    """Draws the lines from where the paper stands, and leaves it below them."""
    y = _draw_head(paper, columns, paper.get_y())
    for line in lines:
        cells = [_cell(paper, column, line) for column in columns]
        height = max(_height(*cell) for cell in cells) + 2 * PADDING
        if y + height > paper.lowest:
            paper.add_page()
            y = _draw_head(paper, columns, MARGIN)
        _draw_row(paper, columns, cells, y)
        y += height
        paper.rule(y)
    paper.set_y(y)


def _draw_head(paper: Paper, columns: Sequence[Column], y: float) -> float:
    paper.set_fill_color(238)
    paper.rect(MARGIN, y, WIDTH, HEAD, style="F")
    paper.pen(SMALL + 0.5, bold=True)
    x = MARGIN
    for column in columns:
        paper.write_at(x + GAP / 2, y + 1.8, column.width - GAP, column.title, align=column.align)
        x += column.width
    return y + HEAD


def _cell(paper: Paper, column: Column, line: DocumentLine) -> tuple[Sequence[str], Sequence[str]]:
    """The lines of a cell, and those in small letters below them."""
    text, own, width = column.text(line), column.own(line), column.width - GAP
    paper.pen(TEXT)
    lines = paper.wrapped(text, width) if column.wraps else [text]
    paper.pen(SMALL)
    return lines, paper.wrapped(own, width) if own else []


def _height(lines: Sequence[str], own: Sequence[str]) -> float:
    return len(lines) * LINE + len(own) * SMALL_LINE


def _draw_row(
    paper: Paper, columns: Sequence[Column], cells: Sequence[tuple[Sequence[str], Sequence[str]]], top: float
) -> None:
    x = MARGIN
    for column, (lines, own) in zip(columns, cells, strict=True):
        y = top + PADDING
        for texts, size, grey, step in ((lines, TEXT, BLACK, LINE), (own, SMALL, GREY, SMALL_LINE)):
            paper.pen(size, grey=grey)
            for text in texts:
                paper.write_at(x + GAP / 2, y, column.width - GAP, text, align=column.align)
                y += step
        x += column.width
