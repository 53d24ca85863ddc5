"""Text of users on its way into files that spreadsheet programs open, and back.

What could be taken for a formula is led by an apostrophe, and so is such a text that begins with apostrophes of its own:
the reader takes away one, whichever file it reads, and every text comes back as it was.
"""

import re

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = r"(?:\s*[=+\-@|%＝＋－＠]| *[\t\r\n])"
_COULD_BE_FORMULA = re.compile(f"'*{_FORMULA}")
_LED = re.compile(f"'+{_FORMULA}")


def printable(text: str) -> str:
    """The text without control characters other than tab and line ends, and without halves of characters."""
    return _UNPRINTABLE.sub("", text)


def never_formula(text: str) -> str:
    """The text, led by an apostrophe if a spreadsheet program could take it for a formula."""
    return f"'{text}" if _COULD_BE_FORMULA.match(text) else text


def never_unled(text: str) -> str:
    """The text for a cell that is text in any case, led only where reading would take away an apostrophe of its own."""
    return f"'{text}" if _LED.match(text) else text


def as_meant(text: str) -> str:
    """The text of a cell without the apostrophe that leads it."""
    return text[1:] if text[:1] == "'" and _LED.match(text) else text
