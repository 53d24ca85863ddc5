"""Recommendations in words, in Spanish and English. The words are in recommendation_words.toml."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from typing import Any

from core.domain.figures import Signs
from core.domain.letters import language_of
from core.domain.mail import one_line
from core.domain.recommendation import ActionType, RecommendationKind

_FILE = "recommendation_words.toml"
_PLACE = re.compile(r"{([a-z_]+)}")

_AMOUNTS = frozenset({"value"})
_RATES = frozenset({"price", "usual_price", "new_price", "unit_cost", "usual_cost"})
_SHARES = frozenset({"service_level"})
# What is reckoned, not counted: of it a tenth is exact enough.
_ROUGH = frozenset({"expected", "safety", "mean_gap_days", "lead_days"})
_TENTH = Decimal("0.1")

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RecommendationWords:
    """The words of one language."""

    titles: Mapping[str, str]
    whys: Mapping[str, Sequence[Sequence[str]]]
    deeds: Mapping[str, Sequence[str]]
    months: Sequence[str]

    def title(self, kind: RecommendationKind) -> str:
        return self.titles[kind.value]

    def why(self, kind: RecommendationKind, facts: Facts) -> str:
        """The sentences that these facts allow."""
        said = (_first(sentences, facts) for sentences in self.whys[kind.value])
        return " ".join(sentence for sentence in said if sentence)

    def deed(self, action: ActionType, facts: Facts) -> str:
        """What is done, in a few words."""
        return _first(self.deeds[action.value], facts)

    def written(self, facts: Facts, signs: Signs, currency: str) -> Facts:
        """The facts as they are read within a sentence: numbers, money and days in the signs of a place."""
        return {name: self._fact(name, fact, signs, currency) for name, fact in facts.items()}

    def _fact(self, name: str, fact: object, signs: Signs, currency: str) -> object:
        match fact:
            case Decimal() if name in _AMOUNTS:
                return signs.amount(fact, currency)
            case Decimal() if name in _RATES:
                return signs.rate(fact, currency)
            case Decimal() if name in _SHARES:
                return signs.percent(fact)
            case Decimal() if name in _ROUGH:
                return signs.number(fact.quantize(_TENTH, ROUND_HALF_UP))
            case Decimal():
                return signs.number(fact)
            case date():
                return signs.day(fact, self.months)
        return fact


def _first(sentences: Sequence[str], facts: Facts) -> str:
    """The first whose places the facts fill, filled; empty where none is. A fact brings neither lines nor places of its own; one that
    only says that it is so, no word."""
    for sentence in sentences:
        values = [facts.get(name) for name in _PLACE.findall(sentence)]
        if all(value is not None for value in values):
            return _PLACE.sub(lambda place: _written(facts[place[1]]), sentence)
    return ""


def _written(fact: object) -> str:
    return "" if fact is True else one_line(str(fact))


def _read() -> Mapping[str, RecommendationWords]:
    languages: dict[str, Any] = tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
    return {language: RecommendationWords(**tables) for language, tables in languages.items()}


WORDS = _read()
"""By language."""


def recommendation_words(locale: str) -> RecommendationWords:
    """The words of a locale's language: Spanish for es and all its regions, else English."""
    return WORDS[language_of(locale)]
