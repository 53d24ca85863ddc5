"""Numbers, dates and words as people of a place write them."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

from core.domain.letters import language_of
from core.domain.values import normal

_FILE = "words.toml"
# Where Spanish is written with a decimal point; elsewhere with a comma.
_POINT = frozenset({"CU", "DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV", "US"})
_WITHOUT_CENTS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


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
        text = f"{value:,.{max(decimals, decimals_of(value))}f}"
        return text.translate(str.maketrans(",.", ".,")) if self._has_comma else text

    def cents(self, currency: str) -> int:
        """How many decimals amounts of a currency have at least."""
        return 0 if currency in _WITHOUT_CENTS else 3 if currency in _THOUSANDTHS else 2

    def day(self, day: date) -> str:
        """A day with its month as a word: 3/4 is not the same day everywhere, and an order crosses borders."""
        month = self.words["months"][day.month - 1]
        if self.language == "en" and self.region in ("", "US"):
            return f"{month} {day.day}, {day.year}"
        return f"{day.day} {month} {day.year}"

    @property
    def _has_comma(self) -> bool:
        return self.language == "es" and self.region not in _POINT


def decimals_of(value: Decimal) -> int:
    """The decimals that say something: 1.50 has one."""
    return -int(normal(value).as_tuple().exponent)


_WORDS = tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))


def wording_of(locale: str) -> Wording:
    """How people of this locale write: Spanish or else English, with the signs and the order of their region."""
    language = language_of(locale)
    return Wording(language, locale[3:5].upper(), _WORDS[language])
