"""How hard a password is to guess, by zxcvbn."""

import threading
from collections.abc import Mapping, Sequence

from core.domain.password_policy import Strength

LONGEST_SEEN = 72  # characters; the work grows with the square of them
MOST_SYMBOLS = 4  # kinds of them that may stand for letters, beside the digits; the work doubles with each

_SYMBOLS = frozenset("@({[<!|$+%")
_one_at_a_time = threading.Lock()  # zxcvbn keeps the words of a call in a table that all calls share


def strength_of(password: str, known: Sequence[str]) -> Strength:
    """The strength for somebody who knows these words. Slow: up to a fifth of a second."""
    # With its lists of words 15 MB, which most processes never need.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]

    seen = password[:LONGEST_SEEN]
    plain = _symbols_to_leave_alone(seen)
    with _one_at_a_time:
        found = zxcvbn(seen.translate(plain), user_inputs=[word.translate(plain) for word in known])
    advice = [found["feedback"]["warning"], *found["feedback"]["suggestions"]]
    return Strength(found["score"], " ".join(filter(None, advice)))


def _symbols_to_leave_alone(seen: str) -> Mapping[int, int]:
    """All symbols but the first few kinds, and for each a sign that stands for no letter."""
    kinds = list(dict.fromkeys(character for character in seen if character in _SYMBOLS))
    return {ord(symbol): 0xE000 + ord(symbol) for symbol in kinds[MOST_SYMBOLS:]}
