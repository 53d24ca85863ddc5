"""Text messages: numbers, and how much of a text one message holds.

A message of the letters of GSM 03.38 holds 160 of them (some count twice); one with any other letter holds 70. So letters that only
wear another accent are written without it. A longer text goes in segments, each of which is paid for and holds a little less.
"""

import re
from unicodedata import combining, normalize

from core.domain.errors import Fault
from core.domain.mail import one_line

LONGEST_GSM = 160
LONGEST_OTHER = 70  # UTF-16 units
GSM_SEGMENT = 153  # of several, which must say which of them they are
OTHER_SEGMENT = 67

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SPACING = re.compile(r"[\s().\-/]")
_ONCE = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€\f")
_PLAIN = str.maketrans({"…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"'})
_CUT = "..."


def phone_number(text: str) -> str:
    """A number as it is kept: without spaces, hyphens, dots and brackets."""
    return _SPACING.sub("", text)


def phone_fault(pointer: str, number: str) -> Fault | None:
    """What is wrong with a number: it is international (E.164), from its plus sign on."""
    if _NUMBER.fullmatch(number):
        return None
    return Fault(pointer, "bad_format", "must be a number with its country, such as +593991234567")


def one_message(text: str, link: str = "") -> str:
    """The text and the link in one message. What does not fit is cut off the text, between two words where there are some; the link
    stays whole, even where it alone is longer."""
    tail = f" {link}" if link else ""
    whole = _written(one_line(text))
    if _fits(whole + tail):
        return whole + tail
    most = min(len(whole) - 1, LONGEST_GSM)
    longest = next((end for end in range(most, 0, -1) if _fits(whole[:end] + _CUT + tail)), 0)
    return (_cut_off(whole, longest) + tail).strip()


def segments(text: str) -> int:
    """In how many segments a text goes, as carriers count and charge them: no letter is torn into two."""
    is_gsm = _is_gsm(text)
    widths = [_width(letter, is_gsm=is_gsm) for letter in text]
    if sum(widths) <= (LONGEST_GSM if is_gsm else LONGEST_OTHER):
        return 1
    count, room = 0, 0
    for width in widths:
        if width > room:
            count, room = count + 1, GSM_SEGMENT if is_gsm else OTHER_SEGMENT
        room -= width
    return count


def _is_gsm(text: str) -> bool:
    return all(letter in _ONCE or letter in _TWICE for letter in text)


def _width(letter: str, *, is_gsm: bool) -> int:
    """Of a letter of GSM 03.38 in its letters, of any other in UTF-16 units."""
    if is_gsm:
        return 2 if letter in _TWICE else 1
    return len(letter.encode("utf-16-le")) // 2


def _cut_off(text: str, end: int) -> str:
    """The text up to there or to the last whole word before, unless that would take more than half of it; no mark is torn from its
    letter."""
    while end and combining(text[end]):
        end -= 1
    if not end:
        return ""
    kept = text[:end]
    word = kept if text[end].isspace() else kept.rpartition(" ")[0]
    kept = (word if 2 * len(word) >= end else kept).rstrip(" ,;:.")
    return kept + _CUT


def _fits(text: str) -> bool:
    return segments(text) == 1


def _written(text: str) -> str:
    """The text in letters that count little, where they say the same."""
    return "".join(map(_letter, normalize("NFC", text.translate(_PLAIN))))


def _letter(letter: str) -> str:
    if letter in _ONCE or letter in _TWICE:
        return letter
    bare = normalize("NFD", letter)[0]
    return bare if bare in _ONCE else letter
