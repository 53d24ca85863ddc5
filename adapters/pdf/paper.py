"""The sheet that a document is drawn on: fonts of our own, and text that is nothing but text. Measures are millimetres."""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from importlib.resources import as_file, files

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, ResourceAccessPolicy

MARGIN = 16.0
FOOT = 18.0  # kept free at the end of a page
A4 = (210.0, 297.0)
WIDTH = A4[0] - 2 * MARGIN
BLACK, GREY = 0, 110
LONGEST_NAME = 300  # characters of a name that are printed

UNKNOWN = "\ufffd"

_FAMILY = "DejaVu"
_FONTS = {"": "DejaVuSansCondensed.ttf", "B": "DejaVuSansCondensed-Bold.ttf"}
_UNPRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def plain(text: str, longest: int = LONGEST_NAME) -> str:
    """The text in one line, without what nobody sees or what turns the reading direction, and not endless."""
    if text.isascii() and text.isprintable() and len(text) <= longest and "  " not in text:
        return text.strip()
    seen = "".join(" " if unicodedata.category(one) in _UNPRINTED else one for one in text)
    short = " ".join(seen.split())
    return short if len(short) <= longest else f"{short[: longest - 1]}…"


class Paper(FPDF):
    """A4, upright, unless it has another size (in millimetres). Loads nothing but its own fonts; of a page, what is asked for is drawn
    and nothing else."""

    def __init__(self, language: str, title: str, made_on: date, size: tuple[float, float] = A4) -> None:
        super().__init__(unit="mm", format=size)
        self.resource_access_policy = ResourceAccessPolicy.NONE
        self.alias_nb_pages(None)  # type: ignore[arg-type]  # else somebody's `{nb}` would become a number
        self.set_creation_date(datetime.combine(made_on, time(), UTC))  # the same document is the same bytes
        self.set_lang(language)
        self.set_title(title)
        self.set_creator("Pirwa")
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(False)
        self.c_margin = 0
        for style, name in _FONTS.items():
            with as_file(files(__package__).joinpath("fonts", name)) as path:
                self.add_font(_FAMILY, style, path)
        self.add_page()

    @property
    def lowest(self) -> float:
        """Where the foot of the page begins."""
        return float(self.h) - FOOT

    def pen(self, size: float, *, bold: bool = False, grey: int = BLACK) -> None:
        """How the next texts look; `size` in points."""
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(grey)

    def wrapped(self, text: str, width: float) -> Sequence[str]:
        """The text in lines of this width, as the pen writes it."""
        text = self._with_known(text)
        if self.get_string_width(text) <= width:
            return [text]
        found = self.multi_cell(width, 1, text, align="L", dry_run=True, output=MethodReturnValue.LINES)
        return [str(line) for line in found] if isinstance(found, list) else [text]

    def write_at(self, x: float, y: float, width: float, text: str, *, align: str = "L", smallest: float = 0.0) -> None:
        """One line, its top at `y`; where it is too long, in letters that are small enough, but not smaller than this part of the usual
        ones: then its end is left out. Without the cells of fpdf2, which cost ten times as much."""
        text, usual = self._with_known(text), self.font_size_pt
        taken = self._width_of(text)
        if taken * smallest > width:
            text = f"{text[: int(len(text) * width / smallest / taken) - 1]}…"
            taken = self._width_of(text)
        if taken > width:
            self.set_font_size(max(usual * width / taken * 0.99, 1))
            taken *= self.font_size_pt / usual
        free = {"L": 0.0, "C": 0.5, "R": 1.0}[align] * (width - taken)
        self.text(x + free, y + usual * 0.225 + self.font_size_pt * 0.106, text)
        if self.font_size_pt != usual:
            self.set_font_size(usual)

    def _width_of(self, text: str) -> float:
        """In millimetres, as the pen writes it."""
        font = self.current_font
        return 0.0 if font is None else float(font.get_text_width(text, self.font_size_pt, None)[1]) / float(self.k)

    def _with_known(self, text: str) -> str:
        """The text, with a sign that something is missing for what the font cannot draw, which else would leave no trace."""
        if text.isascii():
            return text
        known = getattr(self.current_font, "cmap", {})
        return "".join(one if ord(one) in known else UNKNOWN for one in text)

    def rule(self, y: float, *, grey: int = 200) -> None:
        """A line across the page."""
        self.set_draw_color(grey)
        self.set_line_width(0.2)
        self.line(MARGIN, y, MARGIN + WIDTH, y)

    def go_to(self, page: int) -> None:
        """Draws on a page that was begun before."""
        self.page = page
        self.current_font_is_set_on_page = False
        self.set_draw_color(254)  # whatever is drawn next names its colour: fpdf2 leaves out one that it thinks is set
