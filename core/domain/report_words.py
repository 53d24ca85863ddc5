"""Reports in words, in Spanish and English. The words are in report_words.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from core.domain.letters import language_of
from core.domain.report import ReportName

_FILE = "report_words.toml"
_TABLES = ("titles", "columns", "words")


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The words of one language: around the table, above it, at the head of its columns and in its cells."""

    around: Mapping[str, str]
    titles: Mapping[str, str]
    columns: Mapping[str, str]
    words: Mapping[str, str]

    def title(self, name: ReportName) -> str:
        return self.titles[name.value]

    def word(self, word: str) -> str:
        """One of our words; as it is where this language has none for it."""
        return self.words.get(word, word)

    def line(self, name: str, **facts: str) -> str:
        text = self.around[name]
        for place, fact in facts.items():
            text = text.replace(f"{{{place}}}", fact)
        return text


def written_day(locale: str, day: date) -> str:
    """A day in digits, as people of this locale order them."""
    return f"{day:%m/%d/%Y}" if locale in ("en", "en-US") else f"{day:%d/%m/%Y}"


def _read() -> Mapping[str, ReportWords]:
    languages: dict[str, Any] = tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
    return {
        language: ReportWords(
            {name: text for name, text in table.items() if isinstance(text, str)}, *(table[one] for one in _TABLES)
        )
        for language, table in languages.items()
    }


WORDS = _read()
"""By language."""


def report_words(locale: str) -> ReportWords:
    """The words of a locale's language: Spanish for es and all its regions, else English."""
    return WORDS[language_of(locale)]
