"""Text of users on its way into files that spreadsheet programs open."""

import re

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = re.compile(r"\s*[=+\-@|%＝＋－＠]| *[\t\r\n]")


def printable(text: str) -> str:
    """The text without control characters other than tab and line ends, and without halves of characters."""
    return _UNPRINTABLE.sub("", text)


def never_formula(text: str) -> str:
    """The text, led by an apostrophe if a spreadsheet program could take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
