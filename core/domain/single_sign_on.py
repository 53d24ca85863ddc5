"""Who somebody is whom another server vouches for, and what of that counts here.

A company names the servers that vouch for its people. Such a server is believed in that company alone, and a person is known by
its name (the issuer) and theirs there (the subject), never by an e-mail address: anybody may write any address into an account.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import urlsplit
from uuid import UUID

from core.domain.account import as_kept
from core.domain.errors import Fault
from core.domain.mail import address_fault
from core.domain.roles import Role

LOGIN_LASTS = timedelta(minutes=10)
"""How long somebody may take at the provider."""
RESERVED_CODES = frozenset({"callback", "links"})
"""What stands at the place of a provider's code in addresses of ours."""
OPENID = "openid"
# fmt: off
MAIL_FOR_EVERYBODY = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "yahoo.es",
    "ymail.com", "icloud.com", "me.com", "aol.com", "gmx.com", "gmx.net", "mail.com", "proton.me",
    "protonmail.com", "zoho.com", "yandex.com", "mail.ru", "qq.com", "163.com",
})
# fmt: on
"""Domains at which everybody can have an address: none of them is a company's."""

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]{0,1999}")
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """A server that vouches for people of a company. `secret` is sealed, `secret_hint` its last characters.

    A person whom it vouches for and nobody knows yet becomes a member with `default_role` at `default_sites` (None: all), if their
    address is verified and in one of `domains`, which the company's administrator says are the company's; without a default role
    nobody does.
    """

    id: UUID
    code: str
    name: str
    issuer: str
    client_id: str
    secret: str | None = field(repr=False)
    secret_hint: str | None
    secret_set_at: datetime | None
    scopes: tuple[str, ...]
    algorithms: tuple[str, ...]
    domains: tuple[str, ...]
    default_role: Role | None
    default_sites: frozenset[UUID] | None
    enabled: bool
    version: int = 1

    def owns(self, email: str) -> bool:
        """Whether the address is in one of the company's domains, to the letter."""
        return email.rpartition("@")[2] in self.domains


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a provider says of somebody: `subject` is who they are there, for ever. `email` is in small letters."""

    issuer: str
    subject: str
    email: str | None = None
    email_verified: bool = False
    name: str | None = None


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account of the company with the address that a provider told: whether it is in force, whether its owner has shown that they
    read what is sent there, and whether they are a member of no other company."""

    user_id: UUID
    in_force: bool
    is_proven: bool
    only_here: bool


class Admission(Enum):
    """What becomes of somebody who is not linked yet."""

    LINK = "link"
    CREATE = "create"
    LINK_REQUIRED = "link_required"
    NOT_A_MEMBER = "not_a_member"


def admission(provider: IdentityProvider, vouched: Vouched, accounts: Sequence[KnownAccount]) -> Admission:
    """What to do with somebody whose identity is linked to no account; `accounts` of the company have the address that was told.

    Accounts elsewhere play no part: a provider can be made to ask for any address, and must not learn who else is here. An account
    that is out of force stays so: its owner does not come back under another name.
    """
    is_ours = vouched.email is not None and vouched.email_verified and provider.owns(vouched.email)
    if not accounts:
        return Admission.CREATE if is_ours and provider.default_role else Admission.NOT_A_MEMBER
    if not any(account.in_force for account in accounts):
        return Admission.NOT_A_MEMBER
    known = accounts[0]
    is_certain = len(accounts) == 1 and known.is_proven and known.only_here
    return Admission.LINK if is_ours and is_certain else Admission.LINK_REQUIRED


def sound_email(text: object) -> str | None:
    """An address as we keep it, or None for what is no address in plain ASCII: two that look alike must not be one."""
    return as_kept(text) if isinstance(text, str) and address_fault("", text) is None else None


def is_path_here(text: str) -> bool:
    """Whether the text is a path on our own server, whoever reads it: no other host, no backslash, nothing unprintable."""
    return _PATH.fullmatch(text) is not None


def url_problem(url: str, *, on_loopback: bool) -> str | None:
    """What is wrong with the URL of a provider, or None. On loopback it may be `http` to this machine."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "must be an address in printable ASCII"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be an address"
    plain = on_loopback and parts.scheme == "http" and host in _LOOPBACK_HOSTS
    if not host or not (parts.scheme == "https" or plain):
        return "must be an address that begins with https://"
    if parts.username is not None or parts.password is not None or "#" in url:
        return "must hold no name, password or fragment"
    return None


def provider_faults(
    code: str, issuer: str, scopes: Sequence[str], domains: Iterable[str], *, on_loopback: bool
) -> list[Fault]:
    """Everything that is wrong with a provider by itself."""
    faults = [Fault("/code", "reserved", "another address of ours has this name")] if code in RESERVED_CODES else []
    if problem := url_problem(issuer, on_loopback=on_loopback):
        faults.append(Fault("/issuer", "bad_format", problem))
    elif "?" in issuer:
        faults.append(Fault("/issuer", "bad_format", "must have no query"))
    if OPENID not in scopes:
        faults.append(Fault("/scopes", "missing", "must hold openid"))
    for index, domain in enumerate(domains):
        if not _DOMAIN.fullmatch(domain):
            faults.append(Fault(f"/domains/{index}", "bad_format", "must be a domain in small ASCII letters"))
        elif domain in MAIL_FOR_EVERYBODY:
            faults.append(Fault(f"/domains/{index}", "not_a_company_domain", "everybody can have an address there"))
    return faults
