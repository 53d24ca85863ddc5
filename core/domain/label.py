"""Labels of products: the sheets and rolls that they are printed on, and what stands on each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.domain.symbol import Symbol

MOST_LABELS = 5_000  # in one document
MOST_LINES = 500

EDGE = 1.0  # millimetres of a label that stay free all around
SQUARE_SHARE = 0.5  # of a label's width, for a symbol beside its text
NOMINAL_BAR, NARROWEST_BAR = 0.33, 0.19  # millimetres; a printer of 300 dots per inch draws 0.17 in two dots
WIDEST_DOT, NARROWEST_DOT = 0.6, 0.25


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """A sheet, or a roll whose page is one label. Millimetres; `left` and `top` are where the first label begins, `step_x` and `step_y`
    lead from one to the next."""

    id: str
    title: str
    page: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    left: float = 0.0
    top: float = 0.0
    step_x: float = 0.0
    step_y: float = 0.0

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    def place(self, position: int) -> tuple[float, float]:
        """Where the label at this position of a page begins, counted from 0 in rows."""
        row, column = divmod(position, self.columns)
        return self.left + column * self.step_x, self.top + row * self.step_y


_A4, _LETTER = (210.0, 297.0), (215.9, 279.4)


def _roll(width: float, height: float) -> LabelFormat:
    return LabelFormat(
        f"roll_{width:g}x{height:g}", f"Roll {width:g} x {height:g} mm", (width, height), 1, 1, width, height
    )


# The makers' own measures of their sheets.
_FORMATS = (
    LabelFormat("avery_l7651", "Avery L7651, 65 on A4", _A4, 5, 13, 38.1, 21.2, 4.75, 10.7, 40.6, 21.2),
    LabelFormat("avery_l7159", "Avery L7159, 24 on A4", _A4, 3, 8, 63.5, 33.9, 7.25, 12.9, 66.0, 33.9),
    LabelFormat("avery_l7160", "Avery L7160, 21 on A4", _A4, 3, 7, 63.5, 38.1, 7.25, 15.15, 66.0, 38.1),
    LabelFormat("avery_l7163", "Avery L7163, 14 on A4", _A4, 2, 7, 99.1, 38.1, 4.65, 15.15, 101.6, 38.1),
    LabelFormat("avery_5160", "Avery 5160, 30 on Letter", _LETTER, 3, 10, 66.675, 25.4, 4.7625, 12.7, 69.85, 25.4),
    _roll(50, 25),
    _roll(57, 32),
    _roll(100, 50),
)
FORMATS: Mapping[str, LabelFormat] = {one.id: one for one in _FORMATS}


def module_width(form: LabelFormat, symbol: Symbol) -> float | None:
    """How wide the narrowest bar of a symbol is printed on a label, in millimetres: what GS1 holds nominal, or less where there is no
    room. None where it would be too narrow for scanners."""
    square = symbol.symbology.is_square
    room = min(form.height, form.width * SQUARE_SHARE) if square else form.width
    module = min(WIDEST_DOT if square else NOMINAL_BAR, (room - 2 * EDGE) / symbol.width)
    return module if module >= (NARROWEST_DOT if square else NARROWEST_BAR) else None


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a label, empty where it shall not."""

    symbol: Symbol
    name: str = ""
    sku: str = ""
    price: str = ""
    site: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LabelRun:
    """Labels in the order in which they are printed, each so many times. The first page is begun at `start`, counted from 1, so that a
    sheet from which some were peeled off is used up."""

    format: LabelFormat
    labels: Sequence[tuple[Label, int]]
    language: str
    printed_on: date
    start: int = 1

    def pages(self) -> Iterator[list[tuple[int, Label]]]:
        """The labels of each page with their positions."""
        page: list[tuple[int, Label]] = []
        position = self.start - 1
        for label in (label for label, copies in self.labels for _ in range(copies)):
            page.append((position, label))
            position += 1
            if position == self.format.per_page:
                yield page
                page, position = [], 0
        if page:
            yield page
