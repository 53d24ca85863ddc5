"""The ports to the servers that vouch for people, to what a company knows of them, and to sign-ins that are under way."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.domain.single_sign_on import IdentityProvider, KnownAccount, Vouched


@dataclass(frozen=True, slots=True)
class ProviderClient:
    """What it takes to ask a provider: who it is, who we are there, and what we take from it."""

    issuer: str
    client_id: str
    secret: str | None = field(repr=False)
    scopes: tuple[str, ...]
    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Challenge:
    """What ties an answer of the provider to the question: only who has the verifier can redeem the code (RFC 7636), and the
    signed answer repeats the nonce."""

    verifier: str = field(repr=False)
    nonce: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What came back by way of the browser: a code or an error, and who says so (RFC 9207), where they say it."""

    code: str | None = field(repr=False)
    issuer: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class ProviderProblem:
    """Something for which signing in by a provider cannot work."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """What a provider publishes of itself, and all that is wrong with it."""

    problems: Sequence[ProviderProblem]
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    algorithms: Sequence[str] = ()
    keys: int = 0


class OpenId(Protocol):
    """Speaks OpenID Connect with providers. Raises `Busy` `identity_provider_unreachable` for one that does not answer, and
    `identity_provider_unsound` for one that does not answer as it must."""

    async def authorization_url(self, client: ProviderClient, state: str, challenge: Challenge) -> str:
        """Where the browser goes to be asked who is there."""
        ...

    async def vouched(self, client: ProviderClient, answer: ProviderAnswer, challenge: Challenge) -> Vouched:
        """Who was there. Raises `Unauthenticated` `identity_not_proven` for an answer that does not prove it."""
        ...

    async def report(self, client: ProviderClient) -> ProviderReport:
        """Asks the provider anew what it publishes. Raises nothing: what fails is a problem."""
        ...


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A browser that was sent to a provider. `browser` is the digest of what only that browser has; `sealed` holds the challenge;
    `linking` is the person who wants to be known by the identity from now on; with `cookie` they get a session cookie."""

    company_id: UUID
    state: bytes
    provider_id: UUID
    browser: bytes
    sealed: str
    return_to: str
    cookie: bool
    linking: UUID | None
    expires_at: datetime


class PendingLogins(Protocol):
    """Sign-ins under way, and the providers that may be signed in by."""

    async def provider(self, company: str, code: str) -> tuple[UUID, IdentityProvider] | None:
        """The enabled provider of this code in the company of this id or code, and the id of the company, if that is open."""
        ...

    async def provider_of(self, login: PendingLogin) -> IdentityProvider | None:
        """The provider of a sign-in, if it is enabled still and its company open."""
        ...

    async def keep(self, login: PendingLogin, now: datetime) -> None:
        """Keeps a sign-in; forgets those of the company that took too long."""
        ...

    async def take(self, company_id: UUID, state: bytes, now: datetime) -> PendingLogin | None:
        """Takes the sign-in with this digest of a state: nobody else gets it. None where it does not exist or took too long."""
        ...


class IdentityProviders(Protocol):
    """The providers of the company of the unit of work."""

    async def provider(self, provider_id: UUID) -> IdentityProvider | None:
        """The provider of this id."""
        ...

    async def add(self, provider: IdentityProvider) -> None:
        """Adds a provider. Conflict `identity_provider_code_taken`."""
        ...

    async def change(self, provider: IdentityProvider) -> int:
        """Stores a provider and returns its new version."""
        ...

    async def remove(self, provider_id: UUID) -> None:
        """Removes a provider. Links to its identities stay with their people."""
        ...


class IdentityLinks(Protocol):
    """By which identities people are known, as far as providers of the company of the unit of work vouch for them."""

    async def owner(self, issuer: str, subject: str) -> UUID | None:
        """Who is known by this identity."""
        ...

    async def accounts(self, email: str) -> Sequence[KnownAccount]:
        """The company's accounts with this address in small letters."""
        ...

    async def is_member(self, user_id: UUID) -> bool:
        """Whether the person's account and their membership of the company are in force."""
        ...

    async def add(self, user_id: UUID, issuer: str, subject: str) -> None:
        """From now on the person is known by this identity. Conflict `identity_taken`."""
        ...

    async def login_is_free(self, login: str) -> bool:
        """Whether nobody has this login, in whichever company."""
        ...


class OwnLinks(Protocol):
    """The identities by which a person is known, for themselves."""

    async def remove(self, user_id: UUID, link_id: UUID) -> bool:
        """Removes a link of this person. Returns whether there was one."""
        ...
