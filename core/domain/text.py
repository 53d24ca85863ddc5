"""Text that people write: tidy, bounded, and free of characters that nobody can see."""

import re
import unicodedata

from core.domain.errors import Fault

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END_OR_TAB = re.compile(r"[\t\n]")


def tidy(text: str) -> str:
    """The text in one form: composed characters (NFC), line ends as \\n, no white space at either end."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def text_fault(pointer: str, text: str, longest: int, *, required: bool = True, lines: bool = False) -> Fault | None:
    """What is wrong with a tidy text of at most `longest` characters, in one line unless `lines`."""
    if required and not text:
        return Fault(pointer, "required", "must not be empty")
    if len(text) > longest:
        return Fault(pointer, "too_long", f"must have at most {longest} characters")
    if _CONTROL.search(text) or (not lines and _LINE_END_OR_TAB.search(text)):
        return Fault(pointer, "control_character", "has control characters")
    return None
