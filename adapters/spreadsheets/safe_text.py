"""Text of users on its way into files that spreadsheet programs open, and back.

What could be taken for a formula is led by an apostrophe, and so is such a text that begins with apostrophes of its own:
the reader takes away one, whichever file it reads, and every text comes back as it was. The same holds within a text after
what another program may take for the end of a cell: a semicolon where people write decimal commas, a tab, or the end of a line.
"""

import re

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BEGINNING = r"[^\S\t\r\n]*[=+\-@|%＝＋－＠]"
_FORMULA = rf"(?:{_BEGINNING}| *[\t\r\n])"
_WORTH_A_LOOK = re.compile(r"^['\s=+\-@|%＝＋－＠]|[;\t\r\n]")
_COULD_BE_FORMULA = re.compile(rf"^(?='*{_FORMULA})|([;\t\r\n])(?='*{_BEGINNING})")
_LED = re.compile(rf"^'(?='*{_FORMULA})|([;\t\r\n])'(?='*{_BEGINNING})")
_COULD_BE_LED = re.compile(rf"^(?='+{_FORMULA})|([;\t\r\n])(?='+{_BEGINNING})")


def printable(text: str) -> str:
    """The text without control characters other than tab and line ends, and without halves of characters."""
    return _UNPRINTABLE.sub("", text)


def never_formula(text: str) -> str:
    """The text, led by an apostrophe where a spreadsheet program could take it for a formula."""
    return _COULD_BE_FORMULA.sub(_leading, text) if _WORTH_A_LOOK.search(text) else text


def never_unled(text: str) -> str:
    """The text for a cell that is text in any case, led only where reading would take away an apostrophe of its own."""
    return _COULD_BE_LED.sub(_leading, text) if "'" in text else text


def as_meant(text: str) -> str:
    """The text of a cell without the apostrophes that lead it."""
    return _LED.sub(_plain, text) if "'" in text else text


def _leading(place: re.Match[str]) -> str:
    return f"{place[1] or ''}'"


def _plain(place: re.Match[str]) -> str:
    return place[1] or ""
