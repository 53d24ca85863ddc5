"""The letters that Pirwa writes to people, in Spanish and English. Their words are in letters.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from core.domain.mail import Mail, one_line

_FILE = "letters.toml"
_PLACEHOLDER = re.compile(r"{([a-z_]+)}")
_LINES = frozenset({"message"})
"""The values that may have several lines."""


class Letter(StrEnum):
    """What a letter is about."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    SESSION_ENDED_BY_REUSE = "session_ended_by_reuse"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    EMAIL_CONFIRMATION = "email_confirmation"
    EMAIL_CHANGED = "email_changed"
    REGISTRATION_CONFIRM = "registration_confirm"
    COMPANY_REGISTERED = "company_registered"
    CONTACT = "contact"
    NOTIFICATIONS = "notifications"
    PURCHASE_ORDER = "purchase_order"
    REPORT = "report"
    REPORT_LINK = "report_link"


@dataclass(frozen=True, slots=True)
class Wording:
    """A letter in one language, with places for values."""

    subject: str
    text: str

    @property
    def placeholders(self) -> frozenset[str]:
        """The names of the values that it needs."""
        return frozenset(_PLACEHOLDER.findall(self.subject + self.text))


def _read_wordings() -> Mapping[str, Mapping[str, Wording]]:
    languages = tomllib.loads(files(__package__).joinpath(_FILE).read_text(encoding="utf-8"))
    return {
        language: {kind: Wording(table["subject"], table["text"]) for kind, table in tables.items()}
        for language, tables in languages.items()
    }


WORDINGS = _read_wordings()
"""By language and kind."""


def language_of(locale: str) -> str:
    """The language, of those that we speak, for somebody with this locale."""
    return "es" if re.match(r"es\b|es_", locale, re.IGNORECASE) else "en"


def letter(kind: Letter, locale: str, to: str, *, reply_to: str | None = None, **values: str | int) -> Mail:
    """A letter in the language of the locale: Spanish for es and all its regions, else English.

    Values are words, never parts of the form: they bring no placeholders, and no lines but those of a `message`. Raises
    ValueError unless exactly the values that this kind needs are given.
    """
    wording = WORDINGS[language_of(locale)][kind]
    if wording.placeholders != values.keys():
        raise ValueError(f"the letter {kind} needs {sorted(wording.placeholders)}, not {sorted(values)}")
    written = {name: str(value) if name in _LINES else one_line(str(value)) for name, value in values.items()}

    def filled(text: str) -> str:
        return _PLACEHOLDER.sub(lambda place: written[place[1]], text)

    return Mail(to, one_line(filled(wording.subject)), filled(wording.text), reply_to)
