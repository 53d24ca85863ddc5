"""Numbers, money and days within a sentence, as people of a place write them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from core.domain.letters import language_of
from core.domain.values import normal

# Where Spanish is written with a decimal point; elsewhere with a comma.
_POINT = frozenset({"CU", "DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV", "US"})
_WITHOUT_CENTS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})
_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
# Where a dollar sign can only mean that of the United States.
_OF_DOLLARS = frozenset({"", "EC", "PR", "SV", "US"})
_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one locale."""

    language: str
    region: str

    def number(self, value: Decimal, decimals: int = 0) -> str:
        """In groups of three digits, with at least so many decimals and all that it has."""
        text = f"{value:,.{max(decimals, decimals_of(value))}f}"
        return text.translate(str.maketrans(",.", ".,")) if self._has_comma else text

    def amount(self, value: Decimal, currency: str) -> str:
        """Money to the cent."""
        return self.rate(value.quantize(Decimal(1).scaleb(-cents_of(currency)), ROUND_HALF_UP), currency)

    def rate(self, value: Decimal, currency: str) -> str:
        """What one unit costs: to the last figure."""
        sign = "$" if currency == "USD" and self.region in _OF_DOLLARS else f"{currency}{_SPACE}"
        return f"{'-' if value < 0 else ''}{sign}{self.number(abs(value), cents_of(currency))}"

    def percent(self, share: Decimal) -> str:
        return f"{self.number(normal(share * 100))}{_SPACE if self.language == 'es' else ''}%"

    def day(self, day: date, months: Sequence[str]) -> str:
        """With its month as a word, because 3/4 is not the same day everywhere."""
        month = months[day.month - 1]
        if self.language == "en" and self.region in ("", "US"):
            return f"{month} {day.day}, {day.year}"
        return f"{day.day} {month} {day.year}"

    @property
    def _has_comma(self) -> bool:
        return self.language == "es" and self.region not in _POINT


def cents_of(currency: str) -> int:
    """How many decimals amounts of a currency have at least."""
    return 0 if currency in _WITHOUT_CENTS else 3 if currency in _THOUSANDTHS else 2


def decimals_of(value: Decimal) -> int:
    """The decimals that say something: 1.50 has one."""
    return -int(normal(value).as_tuple().exponent)


def signs_of(locale: str) -> Signs:
    """Those of a locale: of Spanish or else English, as its region writes it."""
    return Signs(language_of(locale), locale[3:5].upper())


def signs_for(reader: str, company: str) -> Signs:
    """Those for a reader with this locale in a company with that one: the reader's language, as the company's region writes it."""
    return Signs(language_of(reader), company[3:5].upper())
