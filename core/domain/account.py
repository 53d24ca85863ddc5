"""A person's account: what it takes to make one, and the forms of what stands in it."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from core.domain.errors import Fault

USUAL_LOCALE = "es-EC"

_LOCALE = re.compile("(?:es|en)(?:-[A-Z]{2})?")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to make. Its address is proven once its owner has shown that they read what is sent there."""

    id: UUID
    login: str
    name: str
    password_hash: str = field(repr=False)
    email: str | None = None
    email_is_proven: bool = False
    locale: str = USUAL_LOCALE
    must_change_password: bool = False
    loopback_only: bool = False


@dataclass(frozen=True, slots=True)
class AccountState:
    """What decides over what an account may be given."""

    email: str | None
    active: bool
    is_platform_owner: bool


def as_kept(name: str) -> str:
    """A login or a mail address in the one form in which we keep it."""
    return name.strip().lower()


def locale_fault(pointer: str, locale: str) -> Fault | None:
    """What is wrong with the language of a person: we speak Spanish and English."""
    if _LOCALE.fullmatch(locale):
        return None
    return Fault(pointer, "unknown_value", "must be es or en, with a country if you like, such as es-EC")
