"""From what a request shows to the one who acts. Rights are read from the store, never from the token."""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hmac import compare_digest
from urllib.parse import unquote
from uuid import UUID

from apps.http.cookies import session_cookie
from apps.http.errors import RequestRefused
from core.commands.membership import actor_for, actor_in, calls_from, company_not_found, may_sign_in
from core.commands.sign_in import COOKIE, csrf_token
from core.domain.access import PRESETS, Actor, Origin
from core.domain.errors import Unauthenticated
from core.domain.secret import read_secret
from core.ports.clock import Clock
from core.ports.identity import AccessClaims, AccessTokens, Identity, IdentityStore
from core.ports.integrations import Integration, Integrations
from core.ports.sessions import Sessions, SessionState

REMEMBERED = 5.0  # seconds after which a change of rights, or the end of a session, has taken effect
MAX_REASON = 500  # characters
REMEMBERED_KEY = 1.0  # seconds after which an API key that was revoked is dead
CAPACITY = 10_000  # remembered actors
API_KEY = "pirwa_"
LEEWAY = 30.0  # seconds by which a token may be late, as in reading it

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request shows of who makes it."""

    authorization: bytes | None
    cookie: bytes | None
    company: bytes | None
    reason: bytes | None


@dataclass(frozen=True, slots=True)
class _Picked:
    """A company that a request names, by id or code, and why."""

    reference: str
    reason: bytes | None


@dataclass(frozen=True, slots=True)
class _Known:
    actor: Actor
    until: float
    renewed: float = math.inf  # from then on the store is asked anew, while this still holds
    csrf: str | None = None
    integration: Integration | None = None


class Authenticator:
    """Finds the actor of a request, and remembers for a few seconds who showed the same."""

    def __init__(
        self,
        tokens: AccessTokens,
        identities: IdentityStore,
        sessions: Sessions,
        integrations: Integrations,
        clock: Clock,
        elapsed: Callable[[], float],
        *,
        on_loopback: bool,
        secure_cookies: bool,
    ) -> None:
        self._tokens = tokens
        self._identities = identities
        self._sessions = sessions
        self._integrations = integrations
        self._clock = clock
        self._elapsed = elapsed
        self._on_loopback = on_loopback
        self._secure_cookies = secure_cookies
        self._known: dict[Shown, _Known] = {}
        self._asked: dict[Shown, asyncio.Task[_Known]] = {}

    async def actor(
        self, headers: Mapping[bytes, bytes], method: str, origin: Origin, *, afresh: bool = False
    ) -> Actor:
        """Who makes a request with these headers. `afresh` asks the store whatever is remembered.

        Raises `Unauthenticated`, `RequestRefused` (403) for a change by cookie without its CSRF token, and `NotFound` for the
        company.
        """
        authorization = headers.get(b"authorization")
        cookie = headers.get(b"cookie") if authorization is None else None
        shown = Shown(authorization, cookie, headers.get(b"x-company"), headers.get(b"x-reason"))
        known = self._known.get(shown)
        now = self._elapsed()
        if afresh:
            known = await self._recognise(shown)
            self._remember(shown, known)
        elif known is None or now >= known.until:
            known = await asyncio.shield(self._ask_once(shown))  # whoever goes away takes the answer from nobody
        elif now >= known.renewed:
            self._ask_once(shown)
        if known.csrf is not None and method not in _SAFE:
            _require_csrf(known.csrf, headers.get(b"x-csrf-token", b""))
        if known.integration and not calls_from(known.integration, origin.address):
            raise _refused()
        return replace(known.actor, origin=origin)

    def csrf_token_of(self, headers: Mapping[bytes, bytes]) -> str | None:
        """What a browser that shows its session by a cookie must send back with every change."""
        shown = Shown(None, headers.get(b"cookie"), headers.get(b"x-company"), headers.get(b"x-reason"))
        known = self._known.get(shown)
        return known.csrf if known and b"authorization" not in headers else None

    def forget(self, actor: Actor) -> None:
        """Reads everything anew about this person from now on: something has changed."""
        self._asked.clear()
        for shown in [shown for shown, known in self._known.items() if known.actor.user_id == actor.user_id]:
            del self._known[shown]

    def _ask_once(self, shown: Shown) -> asyncio.Task[_Known]:
        """Asks the store once for all who show the same at this moment. When what is remembered of a program that calls a hundred times at
        once has had its time, a hundred would otherwise ask."""
        asked = self._asked.get(shown)
        if asked is None:
            asked = self._asked[shown] = asyncio.create_task(self._recognise(shown))
            asked.add_done_callback(lambda done: self._answered(shown, done))
        return asked

    def _answered(self, shown: Shown, done: asyncio.Task[_Known]) -> None:
        known = None if done.cancelled() or done.exception() else done.result()
        if self._asked.get(shown) is not done:  # somebody's rights have changed since it was asked
            return
        del self._asked[shown]
        if known:
            self._remember(shown, known)

    def _remember(self, shown: Shown, known: _Known) -> None:
        """Until its time has passed; from half of it on, the next one to show the same has it renewed, and waits for nothing."""
        if len(self._known) >= CAPACITY:
            self._known.clear()
        now = self._elapsed()
        self._known[shown] = replace(known, renewed=now + (known.until - now) / 2)

    async def _recognise(self, shown: Shown) -> _Known:
        company = _Picked(shown.company.decode("latin-1"), shown.reason) if shown.company else None
        if shown.authorization is None:
            return await self._by_cookie(shown, company)
        text = _bearer_token(shown.authorization)
        if text.startswith(API_KEY):
            return await self._by_key(text, company)
        return await self._by_token(text, company)

    async def _by_token(self, text: str, company: _Picked | None) -> _Known:
        claims = await self._tokens.verify(text)
        now = self._clock.now()
        left = (claims.expires_at - now).total_seconds() + LEEWAY
        until = self._elapsed() + min(REMEMBERED, left)
        if claims.session_id is None:
            return await self._by_client(claims, company, until)
        session = await self._sessions.in_force(claims.user_id, claims.session_id, now)
        if session is None:
            raise Unauthenticated("access_ended", "this session has ended")
        return _Known(await self._person(session, claims, company), until)

    async def _by_cookie(self, shown: Shown, company: _Picked | None) -> _Known:
        text = session_cookie(shown.cookie, secure=self._secure_cookies)
        if text is None:
            raise _token_required()
        secret = read_secret(COOKIE, text)
        session = await self._sessions.by_cookie(secret.owner, secret.digest, self._clock.now()) if secret else None
        if session is None:
            raise Unauthenticated("access_ended", "this session has ended")
        return _Known(await self._person(session, None, company), self._elapsed() + REMEMBERED, csrf=csrf_token(text))

    async def _person(self, session: SessionState, claims: AccessClaims | None, company: _Picked | None) -> Actor:
        identity = await self._permitted(session.user_id)
        actor = actor_in(identity, claims.company_id if claims else session.company_id)
        if actor is None:
            raise Unauthenticated("access_ended", "the company of this session is not open to this account any more")
        if company is not None:
            actor = await self._in_picked_company(identity, actor, company)
        authenticated_at = None if session.is_confined else session.authenticated_at
        return replace(actor, session_id=session.id, authenticated_at=authenticated_at)

    async def _by_key(self, text: str, company: _Picked | None) -> _Known:
        integration = await self._integrations.by_key(text)
        if integration is None:
            raise _refused()
        actor = await self._integrated(integration, company)
        return _Known(actor, self._elapsed() + REMEMBERED_KEY, integration=integration)

    async def _by_client(self, claims: AccessClaims, company: _Picked | None, until: float) -> _Known:
        integration = None
        if claims.company_id and claims.client_id:
            integration = await self._integrations.by_client(claims.company_id, claims.client_id)
        if integration is None:
            raise _refused()
        narrowed = replace(integration, scopes=integration.scopes & claims.scopes)
        return _Known(await self._integrated(narrowed, company), until, integration=narrowed)

    async def _integrated(self, integration: Integration, company: _Picked | None) -> Actor:
        identity = await self._permitted(integration.user_id)
        actor = actor_for(integration, identity)
        if actor is None:
            raise _refused()
        own = identity.membership_in(company.reference) if company else None
        if company is not None and (own is None or own.company.id != actor.company_id):
            raise company_not_found()  # also for a program of somebody who owns the platform
        return actor

    async def _permitted(self, user_id: UUID) -> Identity:
        identity = await self._identities.identity(user_id)
        if identity is None or not may_sign_in(identity, on_loopback=self._on_loopback):
            raise Unauthenticated("access_ended", "this account may not sign in any more")
        return identity

    async def _in_picked_company(self, identity: Identity, actor: Actor, company: _Picked) -> Actor:
        """A platform owner acts as admin in any company and says why; for others the header may only repeat the company of the session."""
        if identity.is_platform_owner and not actor.restricted_by:
            if picked := await self._identities.company(company.reference):
                return Actor(identity.user_id, picked.id, PRESETS["admin"], reason=_reason(company.reason))
        elif (own := identity.membership_in(company.reference)) and own.company.id == actor.company_id:
            return actor
        raise company_not_found()


def _require_csrf(expected: str, given: bytes) -> None:
    if not compare_digest(expected.encode(), given):
        raise RequestRefused(403, "csrf_token_required", "send the csrf_token of GET me in the header X-CSRF-Token")


def _reason(given: bytes | None) -> str:
    """What the platform's owner says about their coming in; as UTF-8, also percent-encoded, because headers carry no more than ASCII everywhere."""
    try:
        reason = unquote((given or b"").decode(), errors="strict").strip()
    except UnicodeDecodeError:
        reason = ""
    if not reason or len(reason) > MAX_REASON or not reason.isprintable():
        raise RequestRefused(
            403,
            "reason_required",
            f"say in the header X-Reason why you come in, in {MAX_REASON} printable characters at most",
        )
    return reason


def _bearer_token(authorization: bytes) -> str:
    scheme, _, token = authorization.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("token_required", "the Authorization header must have the scheme Bearer")
    return token.strip()


def _token_required() -> Unauthenticated:
    return Unauthenticated("token_required", "sign in and send the access token as a bearer token")


def _refused() -> Unauthenticated:
    return Unauthenticated("invalid_token", "the access token is not one of ours")
