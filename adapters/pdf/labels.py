"""`LabelSheets` with fpdf2. Bars are drawn as shapes, so that no printer blurs them."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from adapters.pdf.paper import BLACK, GREY, Paper, plain
from adapters.pdf.wording import wording_of
from core.domain.label import EDGE, Label, LabelFormat, LabelRun, module_width
from core.domain.symbol import QUIET_MODULES

POINT = 0.3528  # millimetres
LEADING = 1.18  # from line to line, in heights of the letters
CODE_SIZE = 6.0  # points
LARGEST, SMALLEST = 13.0, 4.0
MOST_LINES = 3  # of a name
_TALLEST_BARS = 22.0  # millimetres


class FpdfLabels:
    """`LabelSheets`."""

    def pdf(self, run: LabelRun) -> bytes:
        paper = Paper(run.language, "", run.printed_on, run.format.page)
        for number, page in enumerate(run.pages()):
            if number:
                paper.add_page()
            for position, label in page:
                _draw(paper, run.format, label, *run.format.place(position))
        return bytes(paper.output())

    def price(self, amount: Decimal, currency: str, locale: str) -> str:
        words = wording_of(locale)
        return f"{words.number(amount, words.cents(currency))} {currency}"


def _draw(paper: Paper, form: LabelFormat, label: Label, x: float, y: float) -> None:
    module = module_width(form, label.symbol)
    if module is None:
        raise ValueError("a symbol that has no room is no label")
    left, top, width, height = x + EDGE, y + EDGE, form.width - 2 * EDGE, form.height - 2 * EDGE
    if label.symbol.symbology.is_square:
        side = label.symbol.width * module
        _draw_dots(paper, label, left, top + (height - side) / 2, module)
        _draw_texts(paper, label, left + side + 1, top, width - side - 1, height, centred=False)
        return
    text = CODE_SIZE * POINT * LEADING
    tall = min(_TALLEST_BARS, height * 0.46)
    bars = top + height - text - tall
    _draw_bars(paper, label, left + (width - label.symbol.width * module) / 2, bars, module, tall)
    paper.pen(CODE_SIZE, grey=BLACK)
    paper.write_at(left, top + height - text, width, label.symbol.text, align="C")
    _draw_texts(paper, label, left, top, width, bars - top - 0.7, centred=True)


def _draw_bars(paper: Paper, label: Label, x: float, y: float, module: float, tall: float) -> None:
    paper.set_fill_color(BLACK)
    x += QUIET_MODULES[label.symbol.symbology] * module
    for bit, run in groupby(label.symbol.rows[0]):
        length = len(list(run)) * module
        if bit == "1":
            paper.rect(x, y, length, tall, style="F")
        x += length


def _draw_dots(paper: Paper, label: Label, x: float, y: float, module: float) -> None:
    paper.set_fill_color(BLACK)
    quiet = QUIET_MODULES[label.symbol.symbology] * module
    for line, row in enumerate(label.symbol.rows):
        place = x + quiet
        for bit, run in groupby(row):
            length = len(list(run)) * module
            if bit == "1":
                paper.rect(place, y + quiet + line * module, length, module, style="F")
            place += length


def _draw_texts(paper: Paper, label: Label, x: float, y: float, width: float, height: float, *, centred: bool) -> None:
    """The name, the price, and what tells one label from another, in the largest letters that the room allows."""
    size = LARGEST
    while (lines := _lines(paper, label, size, width)) and _height(lines) > height and size > SMALLEST:
        size -= 0.5
    y += max(height - _height(lines), 0) / 2
    for text, points, bold in lines:
        paper.pen(points, bold=bold, grey=BLACK if bold else GREY)
        paper.write_at(x, y, width, text, align="C" if centred else "L")
        y += points * POINT * LEADING


def _lines(paper: Paper, label: Label, size: float, width: float) -> list[tuple[str, float, bool]]:
    """Each with the size of its letters, and whether they are bold."""
    lines: list[tuple[str, float, bool]] = []
    if label.name:
        paper.pen(size, bold=True)
        name = paper.wrapped(plain(label.name), width)
        shown = [*name[: MOST_LINES - 1], f"{name[MOST_LINES - 1]}…"] if len(name) > MOST_LINES else name
        lines += [(line, size, True) for line in shown]
    if label.price:
        lines.append((label.price, size * 1.3, True))
    if small := " · ".join(plain(one) for one in (label.sku, label.site) if one):
        lines.append((small, size * 0.8, False))
    return lines


def _height(lines: Sequence[tuple[str, float, bool]]) -> float:
    return sum(points for _, points, _ in lines) * POINT * LEADING
