"""Bars in a document."""

from collections.abc import Sequence
from decimal import Decimal

from adapters.pdf.paper import GREY, MARGIN, Paper, plain
from adapters.pdf.wording import Wording

HEIGHT = 38.0  # millimetres
LABELS = 5.0  # below the bars
SIZE = 6.0  # points
_BLUE = (63, 101, 138)
_MOST_LABELS = 12


def draw_chart(
    paper: Paper, bars: Sequence[tuple[str, Decimal]], title: str, words: Wording, y: float, width: float
) -> float:
    """Draws a bar for each value, negative ones downwards, below `y`. Returns where it ends."""
    values = [value for _, value in bars]
    top, bottom = max(*values, Decimal(0)), min(*values, Decimal(0))
    if top == bottom:
        return y
    span, room = top - bottom, HEIGHT - LABELS - 4
    base = y + 4 + room * float(top / span)
    _draw_scale(paper, top, title, words, y)
    step = width / len(bars)
    paper.set_fill_color(*_BLUE)
    for place, value in enumerate(values):
        tall = room * float(value / span)
        paper.rect(MARGIN + place * step + step * 0.15, base - max(tall, 0), step * 0.7, abs(tall), style="F")
    paper.set_draw_color(170)
    paper.line(MARGIN, base, MARGIN + width, base)
    _draw_labels(paper, [plain(label, 40) for label, _ in bars], step, y + HEIGHT - LABELS + 1)
    return y + HEIGHT + 3


def _draw_scale(paper: Paper, top: Decimal, title: str, words: Wording, y: float) -> None:
    paper.pen(SIZE, grey=GREY)
    paper.write_at(MARGIN, y, 80, f"{plain(title)} · max. {words.number(top)}")


def _draw_labels(paper: Paper, labels: Sequence[str], step: float, y: float) -> None:
    """As many as have room, evenly, each below the middle of its bar, and none beyond the first bar or the last."""
    every = -(-len(labels) // _MOST_LABELS)
    room, end = step * every - 0.5, MARGIN + step * len(labels)
    paper.pen(SIZE, grey=GREY)
    for place in range(0, len(labels), every):
        width = min(paper.get_string_width(labels[place]) + 0.2, room)
        middle = MARGIN + (place + 0.5) * step
        paper.write_at(max(MARGIN, min(middle - width / 2, end - width)), y, width, labels[place], align="C")
