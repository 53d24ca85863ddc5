"""Signing in, choosing a company, and who one then is."""

from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from core.domain.access import PRESETS, Actor, Origin
from core.domain.errors import NotFound, Unauthenticated
from core.domain.roles import COMPANY_PRESETS, GRANTABLE
from core.domain.throttling import Throttle, network_of
from core.ports.audit import AuditAction, SignInRecord
from core.ports.identity import (
    AccessTokens,
    Account,
    CompanyIdentity,
    Identity,
    IdentityStore,
    Membership,
    Passwords,
)

CompanyReference = Annotated[str, Meta(min_length=1, max_length=36, description="a company's id or code")]

_NO_COMPANY = frozenset({"profile:read"})


class LogIn(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Login and password; `company` chooses among several, else it is the one joined first."""

    login: Annotated[str, Meta(min_length=1, max_length=100)]
    password: Annotated[str, Meta(min_length=1, max_length=128)]
    company: CompanyReference | None = None

    def __repr__(self) -> str:
        return f"LogIn(login={self.login!r}, company={self.company!r})"


class SwitchCompany(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The company to act in from now on."""

    company: CompanyReference


class CompanyView(msgspec.Struct, frozen=True):
    """A company by its names."""

    id: UUID
    code: str
    name: str


class Session(msgspec.Struct, frozen=True):
    """An access token for one company, and the companies that could have been chosen. `expires_in` is in seconds."""

    access_token: str
    expires_in: int
    company: CompanyView | None
    companies: list[CompanyView]
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    must_change_password: bool = False


class Profile(msgspec.Struct, frozen=True):
    """The caller, here and now. `sites` may be written, `read_sites` may be read; null means every site of the company."""

    id: UUID
    login: str
    name: str
    locale: str
    is_platform_owner: bool
    company: CompanyView | None
    role: str | None
    permissions: list[str]
    sites: list[UUID] | None
    read_sites: list[UUID] | None


class SessionDesk:
    """Signs people in. Wrong guesses are throttled by account and by peer; right ones are not counted."""

    def __init__(
        self,
        identities: IdentityStore,
        passwords: Passwords,
        tokens: AccessTokens,
        throttle: Throttle,
        elapsed: Callable[[], float],
        record: SignInRecord,
        *,
        on_loopback: bool,
    ) -> None:
        self._record = record
        self._identities = identities
        self._passwords = passwords
        self._tokens = tokens
        self._throttle = throttle
        self._on_loopback = on_loopback
        self._elapsed = elapsed

    async def log_in(self, command: LogIn, origin: Origin) -> Session:
        """Raises `Unauthenticated`, the same for an unknown login and a wrong password, `TooManyAttempts`,
        and `NotFound` for a company that is not the caller's."""
        login = command.login.strip().lower()
        keys, now = (f"account {login}", f"peer {network_of(origin.address)}"), self._elapsed()
        self._throttle.admit(keys, now)
        try:
            account = await self._identities.account(login)
            identity = await self._recognise(account, command.password)
        except Exception:
            self._throttle.forgive(keys, now)
            raise
        if identity is None:
            if account:
                self._record.failed(account.user_id, command.company, origin)
            raise Unauthenticated("invalid_credentials", "the login or the password is wrong")
        self._throttle.forgive(keys, now)
        try:
            return self._admitted(identity, command.company, AuditAction.SIGNED_IN, origin)
        except NotFound:
            self._record.failed(identity.user_id, command.company, origin)
            raise

    async def switch(self, actor: Actor, command: SwitchCompany) -> Session:
        """A token for another of the caller's companies. Raises `NotFound` for one that is not theirs."""
        return self._admitted(await self._present(actor), command.company, AuditAction.SWITCHED, actor.origin)

    async def profile(self, actor: Actor) -> Profile:
        """The caller, with what they may do in the company of the request."""
        identity = await self._present(actor)
        membership = identity.membership_in(str(actor.company_id))
        company = membership.company if membership else None
        if company is None and actor.company_id is not None:
            company = await self._identities.company(str(actor.company_id))
        return Profile(
            id=identity.user_id,
            login=identity.login,
            name=identity.name,
            locale=identity.locale,
            is_platform_owner=identity.is_platform_owner,
            company=_view(company) if company else None,
            role=membership.role if membership else None,
            permissions=sorted(actor.permissions),
            sites=None if actor.sites is None else sorted(actor.sites),
            read_sites=None if actor.read_sites is None else sorted(actor.read_sites),
        )

    async def _recognise(self, account: Account | None, password: str) -> Identity | None:
        right = await self._passwords.matches(password, account.password_hash if account else None)
        if account is None or not right:
            return None
        identity = await self._identities.identity(account.user_id)
        return identity if identity and may_sign_in(identity, on_loopback=self._on_loopback) else None

    async def _present(self, actor: Actor) -> Identity:
        identity = await self._identities.identity(actor.user_id)
        if identity is None:
            raise Unauthenticated("invalid_token", "the account is gone")
        return identity

    def _admitted(
        self, identity: Identity, reference: str | None, action: AuditAction, origin: Origin | None
    ) -> Session:
        membership = _chosen(identity, reference)
        session = self._session(identity, membership)
        if membership:
            self._record.came_in(Actor(identity.user_id, membership.company.id, frozenset(), origin=origin), action)
        return session

    def _session(self, identity: Identity, membership: Membership | None) -> Session:
        token = self._tokens.issue(identity.user_id, membership.company.id if membership else None)
        return Session(
            access_token=token.text,
            expires_in=token.expires_in,
            company=_view(membership.company) if membership else None,
            companies=[_view(one.company) for one in identity.memberships],
        )


def may_sign_in(identity: Identity, *, on_loopback: bool) -> bool:
    """Not the deactivated, and people with a demo password only while nobody else can reach the server."""
    return identity.active and (on_loopback or not identity.loopback_only)


def actor_in(identity: Identity, company_id: UUID | None) -> Actor | None:
    """The person with their rights in that company, or None if it is not open to them."""
    if company_id is None:
        rights = PRESETS["platform_owner"] if identity.is_platform_owner else _NO_COMPANY
        return Actor(identity.user_id, None, rights)
    membership = identity.membership_in(str(company_id))
    if membership is None:
        return None
    return Actor(identity.user_id, company_id, _rights(membership), membership.sites, membership.read_sites)


def _rights(membership: Membership) -> frozenset[str]:
    """Of a company's own role only what it can hold counts, and everybody has their own profile."""
    if membership.permissions is not None:
        return (membership.permissions & GRANTABLE) | _NO_COMPANY
    preset = COMPANY_PRESETS.get(membership.role)
    return preset.permissions if preset else frozenset()


def company_not_found() -> NotFound:
    """The one answer for a company that does not exist and for one that is not the caller's."""
    return NotFound("company_not_found", "no company of yours has this id or code")


def _chosen(identity: Identity, reference: str | None) -> Membership | None:
    if reference is None:
        return identity.memberships[0] if identity.memberships else None
    if membership := identity.membership_in(reference):
        return membership
    raise company_not_found()


def _view(company: CompanyIdentity) -> CompanyView:
    return CompanyView(company.id, company.code, company.name)
