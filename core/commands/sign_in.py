"""Sessions: opened, carried on, taken to another company."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.device_marks import new_mark
from core.commands.membership import company_not_found, credentials_refused, may_sign_in
from core.domain.access import Actor, Origin, own_proof_required
from core.domain.errors import Forbidden, Unauthenticated
from core.domain.ids import new_id
from core.domain.letters import Letter, letter
from core.domain.secret import OwnedSecret, new_secret, read_secret
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.identity import (
    AccessTokens,
    CompanyIdentity,
    Identity,
    IdentityStore,
    Membership,
)
from core.ports.mail import Mailbox
from core.ports.sealing import Sealing
from core.ports.sessions import NewSession, Reused, SessionKind, Sessions, SessionState

REFRESH = "pirwa_refresh_"
COOKIE = "pirwa_session_"

CompanyReference = Annotated[str, Meta(min_length=1, max_length=36, description="a company's id or code")]


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
    """Opens sessions for people who have proved who they are, carries them on, and takes them from company to company."""

    def __init__(
        self,
        identities: IdentityStore,
        tokens: AccessTokens,
        sessions: Sessions,
        sealing: Sealing,
        record: SignInRecord,
        mailbox: Mailbox,
        clock: Clock,
        *,
        address: str,
        on_loopback: bool,
    ) -> None:
        self._identities = identities
        self._tokens = tokens
        self._sessions = sessions
        self._sealing = sealing
        self._record = record
        self._mailbox = mailbox
        self._address = address
        self._clock = clock
        self._on_loopback = on_loopback

    async def open(
        self,
        user_id: UUID,
        methods: tuple[str, ...],
        company: str | None,
        origin: Origin,
        *,
        cookie: bool,
        password_hash: str | None = None,
    ) -> SignedIn:
        """A session for somebody who has proved who they are, by the password with this hash or by other means. Raises
        `Unauthenticated` where they may not sign in, or that password is no more, and `NotFound` for a company not theirs."""
        identity = await self._identities.identity(user_id)
        if identity is None or not may_sign_in(identity, on_loopback=self._on_loopback):
            raise credentials_refused()
        membership, secret, now = _chosen(identity, company), new_secret(identity.user_id), self._clock.now()
        kind = SessionKind.COOKIE if cookie else SessionKind.TOKEN
        company_id = membership.company.id if membership else None
        new = NewSession(new_id(), user_id, kind, company_id, methods, origin, secret.digest, password_hash)
        if not await self._sessions.begin(new, now):
            raise credentials_refused()
        self._note(identity, membership, AuditAction.SIGNED_IN, origin)
        session = new.begun(now)
        if not cookie:
            return await self._by_tokens(identity, session, membership, secret)
        text = secret.text(COOKIE)
        shown = msgspec.structs.replace(_shown(identity, session, membership), csrf_token=csrf_token(text))
        return SignedIn(shown, text, new_mark(self._sealing, identity.login))

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
        identity, session = await self.present(actor)
        membership = _chosen_from(session, identity, command.company)
        await self._sessions.choose(session.user_id, session.id, membership.company.id if membership else None)
        self._note(identity, membership, AuditAction.SWITCHED, actor.origin)
        if session.kind is SessionKind.COOKIE:
            return SignedIn(_shown(identity, session, membership))
        return await self._by_tokens(identity, session, membership, None)

    async def _by_tokens(
        self, identity: Identity, session: SessionState, membership: Membership | None, refresh: OwnedSecret | None
    ) -> SignedIn:
        token = await self._tokens.issue(session, membership.company.id if membership else None)
        shown = msgspec.structs.replace(
            _shown(identity, session, membership),
            token_type="Bearer",  # noqa: S106
            access_token=token.text,
            expires_in=token.expires_in,
            refresh_token=refresh.text(REFRESH) if refresh else UNSET,
        )
        return SignedIn(shown)

    async def _company_of(self, identity: Identity, session: SessionState, reference: str | None) -> Membership | None:
        """The company that the session is in, unless it is closed to the person by now, or another is wished for."""
        kept = identity.membership_in(str(session.company_id)) if reference is None else None
        membership = kept or _chosen_from(session, identity, reference)
        if membership and membership.company.id != session.company_id:
            await self._sessions.choose(session.user_id, session.id, membership.company.id)
        return membership

    async def present(self, actor: Actor) -> tuple[Identity, SessionState]:
        """The caller and the session by which they came. Raises `Unauthenticated` when either is no more, and
        `Forbidden` for a program, which has none."""
        if actor.session_id is None:
            raise Forbidden("for_people_only", "only somebody who signed in has a session")
        identity, session = await self._identities.identity(actor.user_id), None
        if identity:
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


def _chosen_from(session: SessionState, identity: Identity, reference: str | None) -> Membership | None:
    """Where the word of a company's identity provider is all there is, that company alone: for any other a proof is asked for,
    whether or not the person is in it."""
    if not session.is_confined:
        return _chosen(identity, reference)
    membership = identity.membership_in(str(session.company_id))
    if membership is None or (reference is not None and not membership.company.answers_to(reference)):
        raise own_proof_required()
    return membership


def _shown(identity: Identity, session: SessionState, membership: Membership | None) -> Session:
    company = membership.company if membership else None
    return Session(
        company, identity.companies_shown(company, own_proof=not session.is_confined), identity.must_change_password
    )


def _refresh_refused() -> Unauthenticated:
    return Unauthenticated("invalid_refresh_token", "the refresh token does not count any more; sign in again")
