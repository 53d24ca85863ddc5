"""News in words, in Spanish and English. The words are in notification_words.toml."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from core.domain.letters import language_of
from core.domain.mail import one_line
from core.domain.notification import NotificationKind
from core.domain.notification_news import WORDED

SHOWN = 20
"""How many lines of a kind are written out."""

_FILE = "notification_words.toml"
_LINE = "line"
_PLACE = re.compile(r"{([a-z_]+)}")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    more: str
    phone_code: str
    titles: Mapping[NotificationKind, str]
    lines: Mapping[NotificationKind, Mapping[str, str]]

    def line(self, kind: NotificationKind, facts: Mapping[str, Any]) -> str:
        """One piece of news. A fact brings neither lines nor places of its own."""

        def fact(place: re.Match[str]) -> str:
            value = facts.get(place[1])
            return "–" if value is None else one_line(str(value))

        lines = self.lines[kind]
        return _PLACE.sub(fact, lines.get(str(facts.get(WORDED)), lines[_LINE]))

    def paragraph(self, kind: NotificationKind, news: Iterable[Mapping[str, Any]]) -> str:
        """A kind with its number, the first of its news, and how many more there are."""
        all_facts = list(news)
        lines = [f"- {self.line(kind, facts)}" for facts in all_facts[:SHOWN]]
        if more := len(all_facts) - len(lines):
            lines.append(self.more.replace("{count}", str(more)))
        return "\n".join([self.heading(kind, len(all_facts)), *lines])

    def heading(self, kind: NotificationKind, count: int) -> str:
        return f"{self.titles[kind]} ({count})"


def _read_words() -> Mapping[str, Words]:
    languages = tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
    return {language: _words(table) for language, table in languages.items()}


def _words(table: dict[str, Any]) -> Words:
    more, phone_code = table.pop("more"), table.pop("phone_code")
    kinds = {NotificationKind(kind): words for kind, words in table.items()}
    return Words(
        more,
        phone_code,
        {kind: words["title"] for kind, words in kinds.items()},
        {kind: {name: text for name, text in words.items() if name != "title"} for kind, words in kinds.items()},
    )


WORDS = _read_words()
"""By language."""


def words_for(locale: str) -> Words:
    """The words of a person's language: Spanish for es and all its regions, else English."""
    return WORDS[language_of(locale)]
