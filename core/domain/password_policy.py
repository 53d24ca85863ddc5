"""What a password must be like: one policy, for everybody and wherever one is chosen."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from core.domain.errors import Fault

SHORTEST, LONGEST = 12, 128  # characters
LEAST_SCORE = 3

_BETWEEN_WORDS = re.compile(r"[\W_]+")
_SHORTEST_WORD = 3


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a password is to guess, from 0 to 4, and advice in English to whoever chose it."""

    score: int
    hint: str = ""


def normal(password: str) -> str:
    """The password in one form (NFKC), on whatever keyboard it was typed."""
    return unicodedata.normalize("NFKC", password)


def words_about(*facts: str | None) -> tuple[str, ...]:
    """What a guesser tries first: all that is known of somebody, whole and word by word, and our own name."""
    known = [fact.lower() for fact in (*facts, "pirwa") if fact]
    parts = [part for fact in known for part in _BETWEEN_WORDS.split(fact) if len(part) >= _SHORTEST_WORD]
    return tuple(dict.fromkeys([*known, *parts]))


def password_faults(pointer: str, password: str, strength: Strength) -> list[Fault]:
    """Everything that is wrong with a password in its normal form."""
    return list(_faults(pointer, password, strength))


def _faults(pointer: str, password: str, strength: Strength) -> Iterable[Fault]:
    if len(password) < SHORTEST:
        yield Fault(pointer, "too_short", f"must have at least {SHORTEST} characters")
    if len(password) > LONGEST:
        yield Fault(pointer, "too_long", f"must have at most {LONGEST} characters")
    if strength.score < LEAST_SCORE:
        hint = strength.hint or "Use several words that have nothing to do with each other or with you."
        yield Fault(pointer, "too_guessable", f"is too easy to guess: {hint}", {"hint": hint})
