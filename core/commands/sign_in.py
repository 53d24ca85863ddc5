"""Signing in, staying signed in, choosing a company."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.membership import company_not_found, may_sign_in
from core.domain.access import Actor, Origin
from core.domain.errors import Forbidden, NotFound, Unauthenticated
from core.domain.ids import new_id
from core.domain.letters import Letter, letter
from core.domain.secret import OwnedSecret, new_secret, read_secret
from core.domain.throttling import network_of
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.identity import (
    AccessTokens,
    Account,
    CompanyIdentity,
    Identity,
    IdentityStore,
    Membership,
    Passwords,
)
from core.ports.mail import Mailbox
from core.ports.sealing import Sealing, Unsealable
from core.ports.second_factor import SecondFactor
from core.ports.sessions import NewSession, Reused, SessionKind, Sessions, SessionState

REFRESH = "pirwa_refresh_"
COOKIE = "pirwa_session_"

CompanyReference = Annotated[str, Meta(min_length=1, max_length=36, description="a company's id or code")]
Password = Annotated[str, Meta(min_length=1, max_length=128)]
OneTimeCode = Annotated[str, Meta(min_length=1, max_length=32, description="of an authenticator, or a recovery code")]


class LogIn(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Login and password; `company` chooses among several, else it is the one joined first. With `cookie` the answer sets a
    session cookie for browsers instead of giving tokens."""

    login: Annotated[str, Meta(min_length=1, max_length=100)]
    password: Password
    company: CompanyReference | None = None
    totp: OneTimeCode | None = None
    cookie: bool = False

    def __repr__(self) -> str:
        return f"LogIn(login={self.login!r}, company={self.company!r})"


class Confirm(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The password once more, and a code where the account demands one."""

    password: Password
    totp: OneTimeCode | None = None

    def __repr__(self) -> str:
        return "Confirm()"


class Refresh(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A refresh token to be exchanged; `company` changes to another company."""

    refresh_token: Annotated[str, Meta(min_length=1, max_length=200)]
    company: CompanyReference | None = None

    def __repr__(self) -> str:
        return f"Refresh(company={self.company!r})"


class SwitchCompany(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The company to act in from now on."""

    company: CompanyReference


class Session(msgspec.Struct, frozen=True):
    """The company that is acted in, those that could have been chosen, and the tokens; with a cookie there are none, but a
    token to send back as `X-CSRF-Token` with every change. `expires_in` is in seconds."""

    company: CompanyIdentity | None
    companies: list[CompanyIdentity]
    must_change_password: bool
    token_type: Literal["Bearer"] | UnsetType = UNSET
    access_token: str | UnsetType = UNSET
    expires_in: int | UnsetType = UNSET
    refresh_token: str | UnsetType = UNSET
    csrf_token: str | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session, with what goes into cookies: the one that shows it, and the mark of a device from which signing in went well."""

    session: Session
    cookie: str | None = field(default=None, repr=False)
    device_mark: str | None = field(default=None, repr=False)


class SessionDesk:
    """Signs people in. Wrong guesses are throttled by account and by peer, right ones are not counted; a device from which its
    account came in before has guesses of its own, so that nobody is locked out by what strangers try."""

    def __init__(
        self,
        identities: IdentityStore,
        passwords: Passwords,
        second_factor: SecondFactor,
        tokens: AccessTokens,
        sessions: Sessions,
        attempts: Attempts,
        sealing: Sealing,
        record: SignInRecord,
        mailbox: Mailbox,
        clock: Clock,
        *,
        address: str,
        on_loopback: bool,
    ) -> None:
        self._identities = identities
        self._passwords = passwords
        self._second_factor = second_factor
        self._tokens = tokens
        self._sessions = sessions
        self._attempts = attempts
        self._sealing = sealing
        self._record = record
        self._mailbox = mailbox
        self._address = address
        self._clock = clock
        self._on_loopback = on_loopback

    async def log_in(self, command: LogIn, origin: Origin, device_mark: str | None = None) -> SignedIn:
        """Raises `Unauthenticated`, the same for an unknown login and a wrong password, `TooManyAttempts`,
        and `NotFound` for a company that is not the caller's."""
        login = command.login.strip().lower()
        allowances = self._allowances(login, origin, device_mark)
        await self._attempts.admit(allowances)
        try:
            account = await self._identities.account(login)
            identity = await self._recognise(account, command.password)
            method = await self._second_method(identity, command.totp) if identity else None
        except Unauthenticated as refusal:
            if refusal.code == "totp_required":
                await self._attempts.forgive(allowances)
            elif account:
                self._record.failed(account.user_id, command.company, origin)
            raise
        except Exception:
            await self._attempts.forgive(allowances)
            raise
        if identity is None:
            if account:
                self._record.failed(account.user_id, command.company, origin)
            raise _wrong()
        await self._attempts.forgive(allowances)
        try:
            methods = ("pwd", method, "mfa") if method else ("pwd",)
            return await self._begin(identity, methods, command.company, origin, cookie=command.cookie)
        except NotFound:
            self._record.failed(identity.user_id, command.company, origin)
            raise

    async def open(
        self, user_id: UUID, methods: tuple[str, ...], company: str | None, origin: Origin, *, cookie: bool
    ) -> SignedIn:
        """A session for somebody who has proved by other means who they are. Raises `Unauthenticated` where they may not sign
        in, and `NotFound` for a company that is not theirs."""
        identity = await self._identities.identity(user_id)
        if identity is None or not may_sign_in(identity, on_loopback=self._on_loopback):
            raise _wrong()
        return await self._begin(identity, methods, company, origin, cookie=cookie)

    async def refresh(self, command: Refresh, origin: Origin) -> SignedIn:
        """Exchanges a refresh token for the next one and an access token. One that was used before ends its session."""
        shown = read_secret(REFRESH, command.refresh_token)
        if shown is None:
            raise _refresh_refused()
        successor, place = new_secret(shown.owner), f"refresh_token|successor|{shown.owner}"
        sealed = self._sealing.seal(successor.value, place)
        now = self._clock.now()
        rotated = await self._sessions.rotate(shown.owner, shown.digest, successor.digest, sealed, origin, now)
        identity = await self._identities.identity(shown.owner) if rotated else None
        if isinstance(rotated, Reused):
            await self._warn_of_reuse(identity, shown.owner, origin)
        if rotated is None or isinstance(rotated, Reused):
            raise _refresh_refused()
        if identity is None or not may_sign_in(identity, on_loopback=self._on_loopback):
            raise _refresh_refused()
        session = rotated.session
        membership = await self._company_of(identity, session, command.company)
        value = self._sealing.open(rotated.successor, place)
        return await self._by_tokens(identity, session, membership, OwnedSecret(shown.owner, value))

    async def switch(self, actor: Actor, command: SwitchCompany) -> SignedIn:
        """Changes to another of the caller's companies. Raises `NotFound` for one that is not theirs, and `Forbidden` where a
        provider of the present one is all that speaks for the caller."""
        identity, session = await self._present(actor)
        membership = _chosen(identity, command.company)
        _require_open(session, membership)
        await self._sessions.choose(session.user_id, session.id, membership.company.id if membership else None)
        self._note(identity, membership, AuditAction.SWITCHED, actor.origin)
        if session.kind is SessionKind.COOKIE:
            return SignedIn(_shown(identity, membership))
        return await self._by_tokens(identity, session, membership, None)

    async def confirm(self, actor: Actor, command: Confirm) -> None:
        """Notes that the caller proved once more who they are. Raises `Unauthenticated` for a wrong password or code."""
        identity, session = await self._present(actor)
        allowances = [Allowance(f"account {identity.login}")]
        await self._attempts.admit(allowances)
        account = await self._identities.account(identity.login)
        if await self._recognise(account, command.password) is None:
            raise _wrong()
        method = await self._second_method(identity, command.totp)
        await self._attempts.forgive(allowances)
        methods = ("pwd", method) if method else ("pwd",)
        await self._sessions.prove(session.user_id, session.id, methods, self._clock.now())
        self._record.personal(session.user_id, AuditAction.IDENTITY_CONFIRMED, actor.origin)

    def _allowances(self, login: str, origin: Origin, device_mark: str | None) -> list[Allowance]:
        if device_mark and self._is_known(device_mark, login):
            return [Allowance(f"device {sha256(device_mark.encode()).hexdigest()}")]
        return [Allowance(f"account {login}"), Allowance(f"peer {network_of(origin.address)}")]

    def _is_known(self, device_mark: str, login: str) -> bool:
        try:
            self._sealing.open(device_mark, _device_of(login))
        except Unsealable:
            return False
        return True

    async def _recognise(self, account: Account | None, password: str) -> Identity | None:
        right = await self._passwords.matches(password, account.password_hash if account else None)
        if account is None or not right:
            return None
        identity = await self._identities.identity(account.user_id)
        return identity if identity and may_sign_in(identity, on_loopback=self._on_loopback) else None

    async def _second_method(self, identity: Identity, code: str | None) -> str | None:
        if not await self._second_factor.demanded_of(identity.user_id):
            return None
        if code is None:
            raise Unauthenticated("totp_required", "this account demands a one-time code beside the password")
        if method := await self._second_factor.accepts(identity.user_id, code):
            return method
        raise _wrong()

    async def _begin(
        self, identity: Identity, methods: tuple[str, ...], company: str | None, origin: Origin, *, cookie: bool
    ) -> SignedIn:
        membership, secret, now = _chosen(identity, company), new_secret(identity.user_id), self._clock.now()
        kind = SessionKind.COOKIE if cookie else SessionKind.TOKEN
        company_id = membership.company.id if membership else None
        new = NewSession(new_id(), identity.user_id, kind, company_id, methods, origin, secret.digest)
        await self._sessions.begin(new, now)
        self._note(identity, membership, AuditAction.SIGNED_IN, origin)
        if not cookie:
            session = SessionState(
                new.id, new.user_id, kind, company_id, methods, origin.address, origin.device, now, now, now, now
            )
            return await self._by_tokens(identity, session, membership, secret)
        text = secret.text(COOKIE)
        shown = msgspec.structs.replace(_shown(identity, membership), csrf_token=csrf_token(text))
        return SignedIn(shown, text, self._sealing.seal(secret.digest, _device_of(identity.login)))

    async def _by_tokens(
        self, identity: Identity, session: SessionState, membership: Membership | None, refresh: OwnedSecret | None
    ) -> SignedIn:
        token = await self._tokens.issue(session, membership.company.id if membership else None)
        shown = msgspec.structs.replace(
            _shown(identity, membership),
            token_type="Bearer",  # noqa: S106
            access_token=token.text,
            expires_in=token.expires_in,
            refresh_token=refresh.text(REFRESH) if refresh else UNSET,
        )
        return SignedIn(shown)

    async def _company_of(self, identity: Identity, session: SessionState, reference: str | None) -> Membership | None:
        """The company that the session is in, unless it is closed to the person by now, or another is wished for."""
        kept = identity.membership_in(str(session.company_id)) if reference is None else None
        membership = kept or _chosen(identity, reference)
        _require_open(session, membership)
        if membership and membership.company.id != session.company_id:
            await self._sessions.choose(session.user_id, session.id, membership.company.id)
        return membership

    async def _present(self, actor: Actor) -> tuple[Identity, SessionState]:
        identity, session = await self._identities.identity(actor.user_id), None
        if identity and actor.session_id:
            session = await self._sessions.in_force(actor.user_id, actor.session_id, self._clock.now())
        if identity is None or session is None:
            raise Unauthenticated("access_ended", "this session has ended")
        return identity, session

    async def _warn_of_reuse(self, identity: Identity | None, user_id: UUID, origin: Origin) -> None:
        self._record.personal(user_id, AuditAction.REFRESH_TOKEN_REUSED, origin)
        if identity and identity.email:
            values = {"name": identity.name, "device": origin.device or origin.address, "link": self._address}
            await self._mailbox.post(letter(Letter.SESSION_ENDED_BY_REUSE, identity.locale, identity.email, **values))

    def _note(
        self, identity: Identity, membership: Membership | None, action: AuditAction, origin: Origin | None
    ) -> None:
        if membership:
            self._record.note(Actor(identity.user_id, membership.company.id, frozenset(), origin=origin), action)


def csrf_token(cookie: str) -> str:
    """What a browser with this session cookie must send back: other sites can make it send the cookie, but not read this."""
    return sha256(f"csrf {cookie}".encode()).hexdigest()


def _chosen(identity: Identity, reference: str | None) -> Membership | None:
    if reference is None:
        return identity.memberships[0] if identity.memberships else None
    if membership := identity.membership_in(reference):
        return membership
    raise company_not_found()


def _require_open(session: SessionState, membership: Membership | None) -> None:
    """Raises `Forbidden` for a company that the word of another company's identity provider does not open."""
    if session.is_confined and (membership is None or membership.company.id != session.company_id):
        raise Forbidden(
            "own_proof_required", "prove by your password who you are before you act elsewhere: POST auth/confirm"
        )


def _shown(identity: Identity, membership: Membership | None) -> Session:
    companies = [one.company for one in identity.memberships]
    return Session(membership.company if membership else None, companies, identity.must_change_password)


def _device_of(login: str) -> str:
    return f"device|mark|{login}"


def _wrong() -> Unauthenticated:
    return Unauthenticated("invalid_credentials", "the login or the password is wrong")


def _refresh_refused() -> Unauthenticated:
    return Unauthenticated("invalid_refresh_token", "the refresh token does not count any more; sign in again")
