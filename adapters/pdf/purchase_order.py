"""`DocumentMaker` with fpdf2."""

from adapters.pdf.order_table import columns_of, draw_table
from adapters.pdf.paper import BLACK, GREY, MARGIN, WIDTH, Paper, plain
from adapters.pdf.wording import Wording, wording_of
from core.domain.order_document import OrderDocument, Standing

TITLE, LARGE, TEXT, SMALL = 16.0, 12.0, 9.0, 7.5  # points
STEP = 4.6  # millimetres from line to line
WARNING = 150  # the grey of what says that it is no order yet
_LONGEST_NOTE = 4_000
_HALF = WIDTH / 2


class FpdfDocuments:
    """`DocumentMaker`."""

    def pdf(self, document: OrderDocument) -> bytes:
        words = wording_of(document.locale)
        number = f"{words['number']} {document.number}"
        paper = Paper(words.language, f"{words['title']} {number}", document.issued_on)
        _draw_title(paper, document, words, number)
        _draw_parties(paper, document, words)
        draw_table(paper, columns_of(document, words), document.lines)
        _draw_end(paper, document, words)
        _draw_feet(paper, words, f"{plain(document.buyer.company)} · {words['title']} {number}")
        return bytes(paper.output())


def _draw_title(paper: Paper, document: OrderDocument, words: Wording, number: str) -> None:
    paper.pen(TITLE, bold=True)
    names = paper.wrapped(plain(document.buyer.company), WIDTH * 0.58)[:2]
    for place, name in enumerate(names):
        paper.write_at(MARGIN, MARGIN + place * 7, WIDTH * 0.58, name)
    paper.write_at(MARGIN + WIDTH * 0.6, MARGIN, WIDTH * 0.4, words["title"], align="R")
    paper.pen(LARGE)
    paper.write_at(MARGIN + WIDTH * 0.6, MARGIN + 8, WIDTH * 0.4, number, align="R")
    y = MARGIN + 8 + max(len(names) - 1, 0) * 3 + 8
    if document.standing is not Standing.AGREED:
        paper.pen(LARGE, bold=True, grey=WARNING)
        paper.write_at(MARGIN, y - 2, WIDTH, words[document.standing].upper(), align="R")
        y += 6
    paper.rule(y)
    paper.set_y(y + 4)


def _draw_parties(paper: Paper, document: OrderDocument, words: Wording) -> None:
    """On the left whom the order is for, on the right where the goods go and on which terms."""
    top, supplier, buyer = paper.get_y(), document.supplier, document.buyer
    known = [
        (words["tax_id"], supplier.tax_id),
        (words["attention"], supplier.contact),
        (words["email"], supplier.email),
        (words["phone"], supplier.phone),
    ]
    left = _draw_block(paper, MARGIN, top, words["supplier"], supplier.name, known)
    where = f"{buyer.site_name} ({buyer.site_code})"
    terms = [
        (words["ordered_by"], buyer.person),
        (words["date"], words.day(document.issued_on)),
        (words["currency"], document.currency),
        (words["payment"], _payment(document.payment_days, words)),
    ]
    right = _draw_block(paper, MARGIN + _HALF, top, words["deliver_to"], where, terms)
    paper.set_y(max(left, right) + 4)


def _payment(days: int, words: Wording) -> str:
    return words["payment_days"].replace("{days}", str(days)) if days else words["payment_at_once"]


def _draw_block(paper: Paper, x: float, y: float, title: str, name: str, facts: list[tuple[str, str]]) -> float:
    """A title in small letters, a name, and facts below it. Returns where it ends."""
    paper.pen(SMALL, grey=GREY)
    paper.write_at(x, y, _HALF - 6, title.upper())
    paper.pen(LARGE - 1, bold=True)
    y += 4.4
    for line in paper.wrapped(plain(name), _HALF - 6)[:3]:
        paper.write_at(x, y, _HALF - 6, line)
        y += STEP + 0.6
    return _draw_facts(paper, x, y + 0.6, facts)


def _draw_facts(paper: Paper, x: float, y: float, facts: list[tuple[str, str]]) -> float:
    """Those that there are, each with its name. Returns where they end."""
    for name, value in facts:
        if not value:
            continue
        paper.pen(TEXT, grey=GREY)
        paper.write_at(x, y, 24, name)
        paper.pen(TEXT)
        for line in paper.wrapped(plain(value), _HALF - 31)[:3]:
            paper.write_at(x + 25, y, _HALF - 31, line)
            y += STEP
    return y


def _draw_end(paper: Paper, document: OrderDocument, words: Wording) -> None:
    """The total and the notes, which begin another page where they do not fit."""
    if document.total is not None:
        _make_room(paper, 12)
        y = paper.get_y() + 3
        paper.pen(LARGE, bold=True)
        total = words.number(document.total, words.cents(document.currency))
        text = f"{words['total']}   {total} {document.currency}"
        paper.write_at(MARGIN, y, WIDTH - 1.25, text, align="R")
        paper.set_y(y + 8)
    notes = [plain(line, _LONGEST_NOTE) for line in document.note[:_LONGEST_NOTE].split("\n")]
    if any(notes):
        _make_room(paper, 16)
        _draw_note(paper, words["note"], notes)


def _draw_note(paper: Paper, title: str, notes: list[str]) -> None:
    y = paper.get_y() + 4
    paper.pen(SMALL, grey=GREY)
    paper.write_at(MARGIN, y, WIDTH, title.upper())
    paper.set_y(y + 4.4)
    paper.pen(TEXT)
    for line in (line for note in notes for line in paper.wrapped(note, WIDTH)):
        _make_room(paper, STEP)
        y = paper.get_y()
        paper.write_at(MARGIN, y, WIDTH, line)
        paper.set_y(y + STEP)


def _make_room(paper: Paper, height: float) -> None:
    if paper.get_y() + height > paper.lowest:
        paper.add_page()
        paper.set_y(MARGIN)


def _draw_feet(paper: Paper, words: Wording, text: str) -> None:
    """What the document is and which of its pages, on each of them, now that their number is known."""
    pages = paper.page
    for page in range(1, pages + 1):
        paper.go_to(page)
        y = paper.h - 12
        paper.rule(y - 2)
        paper.pen(SMALL, grey=GREY)
        place = words["page"].replace("{page}", str(page)).replace("{pages}", str(pages))
        paper.write_at(MARGIN, y, WIDTH - 40, text)
        paper.write_at(MARGIN + WIDTH - 38, y, 38, place, align="R")
        paper.set_text_color(BLACK)
