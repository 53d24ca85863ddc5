"""The ports to people: their accounts and companies, their passwords, and the tokens that stand for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.domain.access import Sites
from core.domain.password_policy import Strength
from core.ports.sessions import SessionState


@dataclass(frozen=True, slots=True)
class CompanyIdentity:
    """What may be known of a company before one acts in it."""

    id: UUID
    code: str
    name: str

    def answers_to(self, reference: str) -> bool:
        """Whether `reference` is its id or its code."""
        return reference in (self.code, str(self.id))


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's role in a company by its code, the sites where it writes and those where it reads besides (None: all of
    them); `permissions` are those of a role that is the company's own, None for a preset."""

    company: CompanyIdentity
    role: str
    sites: Sites = None
    read_sites: Sites = frozenset()
    permissions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """A person, and the companies that are open to them: suspended ones, and those where their membership is not in force, are
    left out; the oldest membership is first."""

    user_id: UUID
    login: str
    name: str
    locale: str
    memberships: tuple[Membership, ...] = ()
    is_platform_owner: bool = False
    active: bool = True
    loopback_only: bool = False
    must_change_password: bool = False
    email: str | None = None
    time_zone: str | None = None

    def membership_in(self, reference: str) -> Membership | None:
        """The membership in the company of this id or code."""
        return next((one for one in self.memberships if one.company.answers_to(reference)), None)

    def companies_shown(self, present: CompanyIdentity | None, *, own_proof: bool) -> list[CompanyIdentity]:
        """All the person's companies; to whoever gave no proof of their own the present one alone, as a company learns nothing of
        the others in which its people are."""
        if own_proof:
            return [one.company for one in self.memberships]
        return [present] if present else []


@dataclass(frozen=True, slots=True)
class Account:
    """What it takes to check a password."""

    user_id: UUID
    password_hash: str = field(repr=False)


class IdentityStore(Protocol):
    """Reads who people are."""

    async def account(self, login: str) -> Account | None:
        """The account of a login in lower case, whether or not it may sign in."""
        ...

    async def identity(self, user_id: UUID) -> Identity | None:
        """The person of this id."""
        ...

    async def company(self, reference: str) -> CompanyIdentity | None:
        """Any company by id or code: for platform owners, who are members of none."""
        ...


class Passwords(Protocol):
    """Turns passwords into hashes that are slow to guess."""

    async def hash(self, password: str) -> str:
        """A salted hash to keep. Raises `TooManyAttempts` when too many are waiting."""
        ...

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the one that was hashed. Without a hash it takes as long and is always wrong.

        Raises `TooManyAttempts` when too many are waiting.
        """
        ...

    async def strength(self, password: str, known: Sequence[str]) -> Strength:
        """How hard it is to guess for somebody who knows these words. Raises `TooManyAttempts` when too many are waiting."""
        ...


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a token says: who, in which company (None: outside all of them), until when; and by which session, or else for which
    OAuth 2 client with which scopes."""

    user_id: UUID
    company_id: UUID | None
    expires_at: datetime
    session_id: UUID | None = None
    client_id: UUID | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token and its lifetime in seconds."""

    text: str = field(repr=False)
    expires_in: int


class AccessTokens(Protocol):
    """Issues the tokens that callers show, and reads them again."""

    async def issue(self, session: SessionState, company_id: UUID | None) -> AccessToken:
        """A fresh token for somebody with a session."""
        ...

    async def issue_for_client(
        self, user_id: UUID, company_id: UUID, client_id: UUID, scopes: frozenset[str]
    ) -> AccessToken:
        """A fresh token for an OAuth 2 client, which acts on behalf of that user."""
        ...

    async def verify(self, text: str) -> AccessClaims:
        """The claims of a token that we issued for ourselves. Raises `Unauthenticated` for any other text."""
        ...

    async def public_keys(self) -> Mapping[str, object]:
        """The JWK set by which others verify our tokens."""
        ...


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key that signs tokens: its private half sealed, and from when it signs."""

    kid: str
    sealed: str = field(repr=False)
    signs_from: datetime


class SigningKeys(Protocol):
    """Keeps the keys that sign tokens, for all processes."""

    async def all(self) -> Sequence[StoredKey]:
        """Every key, the one that signs last first."""
        ...

    async def add(self, key: StoredKey, *, only_if_newest: datetime | None) -> None:
        """Adds a key if the newest one signs from that time (None: if there is none): of several who try, one succeeds."""
        ...

    async def drop(self, kids: Sequence[str]) -> None:
        """Forgets keys; what they signed counts no more."""
        ...
