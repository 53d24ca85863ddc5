"""Numbers, dates and words as people of a place write them."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

from core.domain.figures import Signs, cents_of
from core.domain.letters import language_of

_FILE = "words.toml"


@dataclass(frozen=True, slots=True)
class Wording:
    """How a document is written in one locale."""

    language: str
    region: str
    words: dict[str, Any]

    def __getitem__(self, name: str) -> str:
        return str(self.words[name])

    def number(self, value: Decimal, decimals: int = 0) -> str:
        """A number in groups of three digits, with at least so many decimals and all that it has."""
        return self._signs.number(value, decimals)

    def cents(self, currency: str) -> int:
        """How many decimals amounts of a currency have at least."""
        return cents_of(currency)

    def day(self, day: date) -> str:
        """A day with its month as a word: 3/4 is not the same day everywhere, and an order crosses borders."""
        return self._signs.day(day, self.words["months"])

    @property
    def _signs(self) -> Signs:
        return Signs(self.language, self.region)


_WORDS = tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))


def wording_of(locale: str) -> Wording:
    """How people of this locale write: Spanish or else English, with the signs and the order of their region."""
    language = language_of(locale)
    return Wording(language, locale[3:5].upper(), _WORDS[language])
