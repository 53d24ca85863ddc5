"""Signing in with the word of somebody else's server: out to the provider, and back with an answer that only fits this question."""

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.admission import admit, link_identity, no_provider, not_a_member
from core.commands.identity_providers import client_of
from core.commands.sign_in import SessionDesk, SignedIn
from core.domain.access import Actor, Origin
from core.domain.errors import Fault, NotFound, Unauthenticated, refuse_if
from core.domain.secret import new_secret, read_secret
from core.domain.single_sign_on import (
    LOGIN_LASTS,
    IdentityProvider,
    Vouched,
    is_path_here,
)
from core.domain.throttling import network_of
from core.ports.attempts import Allowance, Attempts
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.sealing import Sealing
from core.ports.sessions import SINGLE_SIGN_ON
from core.ports.single_sign_on import Challenge, OpenId, PendingLogin, PendingLogins, ProviderAnswer
from core.ports.storage import Run

STATE = "pirwa_state_"
SYSTEM = UUID(int=0)
"""The user in whose name nobody acts: what a provider brings about is nobody's deed."""
STARTS_PER_PEER = 100  # in a quarter of an hour; those that lead to an answer are not counted
LINKS_PER_PERSON = 30
BROWSER_SECRET_BYTES = 32


class LinkIdentity(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where the browser goes when the identity is linked: a path here."""

    return_to: Annotated[str, Meta(min_length=1, max_length=2000)] = "/"


@dataclass(frozen=True, slots=True)
class Started:
    """Where the browser goes now, and the secret that it keeps as a cookie until it is back."""

    url: str = field(repr=False)
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finished:
    """Where the browser goes in the end. `opened` is the session of whoever signed in; who linked an identity has one."""

    return_to: str
    cookie: bool
    opened: SignedIn | None


@dataclass(frozen=True, slots=True)
class Return:
    """With what a browser comes back: the state that went out with it, the secret that it kept, what the provider says."""

    state: str | None = field(repr=False)
    browser: str | None = field(repr=False)
    answer: ProviderAnswer


class SingleSignOn:
    """Signs people in by providers of their companies. No transaction is open while a provider is asked."""

    def __init__(
        self,
        run: Run,
        logins: PendingLogins,
        openid: OpenId,
        desk: SessionDesk,
        sealing: Sealing,
        attempts: Attempts,
        record: SignInRecord,
        clock: Clock,
    ) -> None:
        self._run = run
        self._logins = logins
        self._openid = openid
        self._desk = desk
        self._sealing = sealing
        self._attempts = attempts
        self._record = record
        self._clock = clock

    async def start(
        self, company: str, code: str, return_to: str, browser: str | None, origin: Origin, *, cookie: bool
    ) -> Started:
        """Sends a browser to a provider. Raises `NotFound`, `Invalid` for a `return_to` that leads elsewhere, `Busy` where the
        provider does not answer, and `TooManyAttempts`."""
        _require_path(return_to, "/query/return_to")
        await self._attempts.admit([_allowance(origin)])
        found = await self._logins.provider(company, code)
        if found is None:
            raise no_provider()
        return await self._begin(*found, return_to, browser, cookie=cookie, linking=None)

    async def link(self, actor: Actor, code: str, command: LinkIdentity, browser: str | None) -> Started:
        """Sends the browser of somebody signed in to a provider of their company, whose word opens their account from then on.
        Raises as `start` does, and `Forbidden` for whoever has not lately proven who they are."""
        actor.require("profile:write")
        actor.require_recent(self._clock.now())
        _require_path(command.return_to, "/return_to")
        await self._attempts.admit([Allowance(f"identity link {actor.user_id}", LINKS_PER_PERSON)])
        found = await self._logins.provider(str(actor.company), code)
        if found is None:
            raise no_provider()
        return await self._begin(*found, command.return_to, browser, cookie=True, linking=actor.user_id)

    async def finish(self, back: Return, origin: Origin) -> Finished:
        """Takes the answer of a provider. The question that it belongs to is gone by that, whatever comes of it.

        Raises `Unauthenticated` for an answer to nothing that this browser asked, and for one that proves nothing; `Forbidden`
        `not_a_member`; `Conflict` `link_required` and `identity_taken`; `Busy` where the provider does not answer.
        """
        login = await self._taken(back)
        provider = await self._logins.provider_of(login)
        if provider is None:
            raise no_provider()
        client = client_of(provider, login.company_id, self._sealing)
        vouched = await self._openid.vouched(client, back.answer, self._challenge(login))
        if login.linking is not None:
            await self._link(Actor(login.linking, login.company_id, frozenset(), origin=origin), vouched)
            return Finished(login.return_to, login.cookie, None)
        actor = Actor(SYSTEM, login.company_id, frozenset(), origin=origin, agent=f"identity_provider:{provider.id}")
        opened = await self._open(actor, provider, vouched, origin, cookie=login.cookie)
        await self._attempts.forgive([_allowance(origin)])
        return Finished(login.return_to, login.cookie, opened)

    async def _begin(
        self,
        company_id: UUID,
        provider: IdentityProvider,
        return_to: str,
        browser: str | None,
        *,
        cookie: bool,
        linking: UUID | None,
    ) -> Started:
        state, now = new_secret(company_id), self._clock.now()
        challenge = Challenge(secrets.token_urlsafe(48), secrets.token_urlsafe(32))
        client = client_of(provider, company_id, self._sealing)
        url = await self._openid.authorization_url(client, state.text(STATE), challenge)
        kept = browser if browser and _is_browser_secret(browser) else secrets.token_urlsafe(BROWSER_SECRET_BYTES)
        await self._logins.keep(
            PendingLogin(
                company_id,
                state.digest,
                provider.id,
                _digest(kept),
                self._seal(challenge, company_id, state.digest),
                return_to,
                cookie,
                linking,
                now + LOGIN_LASTS,
            ),
            now,
        )
        return Started(url, kept)

    async def _taken(self, back: Return) -> PendingLogin:
        state = read_secret(STATE, back.state) if back.state else None
        login = await self._logins.take(state.owner, state.digest, self._clock.now()) if state else None
        if login is None or not compare_digest(login.browser, _digest(back.browser or "")):
            raise Unauthenticated("unknown_sign_in", "no sign-in of this browser waits for this answer: begin anew")
        return login

    def _seal(self, challenge: Challenge, company_id: UUID, state: bytes) -> str:
        plain = msgspec.json.encode([challenge.verifier, challenge.nonce])
        return self._sealing.seal(plain, _place(company_id, state))

    def _challenge(self, login: PendingLogin) -> Challenge:
        plain = self._sealing.open(login.sealed, _place(login.company_id, login.state))
        return Challenge(*msgspec.json.decode(plain, type=tuple[str, str]))

    async def _link(self, actor: Actor, vouched: Vouched) -> None:
        if (await self._run(link_identity, actor, (actor.user_id, vouched))).result:
            self._record.personal(actor.user_id, AuditAction.IDENTITY_LINKED, actor.origin)

    async def _open(
        self, actor: Actor, provider: IdentityProvider, vouched: Vouched, origin: Origin, *, cookie: bool
    ) -> SignedIn:
        admitted = (await self._run(admit, actor, (provider.id, vouched))).result
        if admitted.linked:
            self._record.personal(admitted.user_id, AuditAction.IDENTITY_LINKED, origin)
        company = str(actor.company)
        try:
            return await self._desk.open(admitted.user_id, (SINGLE_SIGN_ON,), company, origin, cookie=cookie)
        except (NotFound, Unauthenticated) as refusal:
            self._record.failed(admitted.user_id, company, origin)
            raise not_a_member() from refusal


def _require_path(return_to: str, pointer: str) -> None:
    where = {"in": "query"} if pointer.startswith("/query/") else {}
    fault = Fault(pointer, "bad_format", "must be a path on this server", where)
    refuse_if([] if is_path_here(return_to) else [fault])


def _allowance(origin: Origin) -> Allowance:
    return Allowance(f"single sign-on peer {network_of(origin.address)}", STARTS_PER_PEER)


def _is_browser_secret(text: str) -> bool:
    return len(text) == 43 and all(one.isalnum() or one in "-_" for one in text) and text.isascii()


def _digest(browser: str) -> bytes:
    return sha256(browser.encode("utf-8", "surrogateescape")).digest()


def _place(company_id: UUID, state: bytes) -> str:
    return f"oidc_login|sealed|{state.hex()}|{company_id}"
