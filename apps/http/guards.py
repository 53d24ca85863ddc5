"""The gate of every route: who acts, may they, is the body of a kind the route takes. All of it before the body is read."""

from collections.abc import Mapping
from typing import cast

from dishka import AsyncContainer
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.client_address import origin_of
from apps.http.errors import RequestRefused
from apps.http.idempotency import key_among
from apps.http.rules import RouteRule, RouteRules
from apps.http.visits import Visits
from core.domain.access import PRESETS, Actor
from core.domain.errors import Forbidden
from core.ports.clock import Clock

_OUTSIDE_COMPANIES = PRESETS["platform_owner"]


class Admission:
    """Decides who makes a request, and whether they may."""

    def __init__(
        self, authenticator: Authenticator, visits: Visits, clock: Clock, trusted_proxies: tuple[str, ...]
    ) -> None:
        self._authenticator, self._visits = authenticator, visits
        self._clock, self._trusted_proxies = clock, trusted_proxies

    async def __call__(self, scope: HTTPScope, rule: RouteRule, permission: str) -> Actor:
        """The actor, if they have the permission or one of the rule's others. Whoever has just done what was demanded of them is
        looked at afresh."""
        method, origin = scope["method"], origin_of(scope, self._trusted_proxies)
        headers: Mapping[bytes, bytes] = scope["state"]["headers"]
        actor = await self._authenticator.actor(headers, method, origin)
        if actor.restricted_by or (rule.recent and not actor.proved_recently(self._clock.now())):
            actor = await self._authenticator.actor(headers, method, origin, afresh=True)
        if not any(actor.may(other) for other in rule.others):
            _require(actor, permission)
        if rule.recent:
            actor.require_recent(self._clock.now())
        await self._visits.tell(actor, scope)
        return actor


class Gate(ASGIMiddleware):
    """Lets a request pass to its handler, with the actor in `scope["user"]` and a container of its own."""

    scopes = (ScopeType.HTTP, ScopeType.ASGI)

    def __init__(self) -> None:
        self._rules: RouteRules = {}
        self._container: AsyncContainer | None = None
        self._admit: Admission | None = None

    def guard(self, rules: RouteRules) -> None:
        """Sets what the routes demand; until then every request is refused."""
        self._rules = rules

    async def open(self, container: AsyncContainer) -> None:
        """Begins to serve from the container."""
        self._admit = await container.get(Admission)
        self._container = container

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if self._container is None or self._admit is None:
            raise RuntimeError("a request came before the application had started")
        state = scope["state"]
        headers: Mapping[bytes, bytes] = state["headers"]
        rule = state["rule"] = self._rules[scope["route_handler"]]
        if rule.permission is not None:
            scope["user"] = await self._admit(cast("HTTPScope", scope), rule, rule.permission)
        if rule.keyed:
            key_among(headers)
        if rule.media_type is not None:
            _refuse_other_media(rule, headers)
        request = ApiRequest(scope, receive, send)
        if rule.form is not None:
            await request.form()
        async with self._container({ApiRequest: request}) as state["dishka_container"]:
            try:
                await next_app(scope, receive, send)
            finally:  # it knows the request, which knows its scope: a circle would wait for the garbage collector
                del state["dishka_container"]


def _require(actor: Actor, permission: str) -> None:
    if (
        actor.company_id is None
        and not actor.restricted_by
        and permission not in actor.permissions
        and permission not in _OUTSIDE_COMPANIES
    ):
        raise Forbidden("no_company", "choose a company first", details={"permission": permission})
    actor.require(permission)


def _refuse_other_media(rule: RouteRule, headers: Mapping[bytes, bytes]) -> None:
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise RequestRefused(415, "unsupported_content_encoding", "send the body uncompressed")
    given = headers.get(b"content-type")
    if given is None and not rule.body_required:
        return
    media_type, _, parameters = (given or b"").decode("latin-1").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    if media_type.strip() != rule.media_type or (rule.decoder and charset not in ("", "utf-8")):
        raise RequestRefused(415, "unsupported_media_type", f"this route takes a body of type {rule.media_type}")
