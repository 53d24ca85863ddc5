"""Signing in by OpenID Connect: out to the provider, back from it, and the caller's own links."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, PathParameter, QueryParameter

from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.client_address import origin_of
from apps.http.cookies import NO_STORE, named, signed_in
from apps.http.rules import PUBLIC, needs
from apps.settings import Settings
from core.commands.identity_links import IdentityLinkDesk
from core.commands.sign_in import Session
from core.commands.single_sign_on import LinkIdentity, Return, SingleSignOn, Started
from core.domain.access import Actor
from core.domain.errors import DomainError
from core.domain.single_sign_on import LOGIN_LASTS
from core.ports.single_sign_on import ProviderAnswer
from core.queries.identity_providers import IdentityLinkView, IdentityProviderReader
from core.queries.paging import Page

BROWSER = "pirwa_oidc"
SIGN_IN_PAGE = "/login"

_CHANGE = needs("profile:write", recent=True)
_SESSION = {200: ResponseSpec(Session, description="The session, for a caller that did not want a cookie")}

ProviderCode = Annotated[str, PathParameter(max_length=40, description="the provider's code")]
Company = Annotated[str, QueryParameter(min_length=1, max_length=36, description="the company's id or code")]
PathHere = Annotated[str, QueryParameter(min_length=1, max_length=2000, description="a path on this server")]
State = Annotated[str | None, QueryParameter(name="state", max_length=200, description="what went out to the provider")]
Told = Annotated[str | None, QueryParameter(max_length=4000)]


class Redirection(msgspec.Struct, frozen=True):
    """Where the browser must go now."""

    authorization_url: str


@get("/auth/oidc/{provider:str}/start", opt=PUBLIC, status_code=303)
async def start_single_sign_on(
    provider: ProviderCode,
    company: Company,
    request: ApiRequest,
    sign_on: FromDishka[SingleSignOn],
    settings: FromDishka[Settings],
    return_to: PathHere = "/",
    cookie: FromQuery[bool] = True,
) -> Response[None]:
    """Sends the browser to the provider. It comes back to the callback within ten minutes, and goes on to `return_to` with a session
    cookie; without `cookie` the callback answers with tokens."""
    origin = origin_of(request.scope, settings.trusted_proxies)
    try:
        started = await sign_on.start(company, provider, return_to, _browser(request, settings), origin, cookie=cookie)
    except DomainError as refusal:
        return _told(refusal, request)
    return _redirect(started.url, [_kept(started, settings)])


@post("/auth/oidc/{provider:str}/link", opt=_CHANGE, status_code=200)
async def link_identity(
    provider: ProviderCode,
    data: JSONBody[LinkIdentity],
    actor: FromDishka[Actor],
    request: ApiRequest,
    sign_on: FromDishka[SingleSignOn],
    settings: FromDishka[Settings],
) -> Response[Redirection]:
    """Begins to link the caller's account to who they are at a provider of the company. The browser that gets this answer must go
    to its URL."""
    started = await sign_on.link(actor, provider, data, _browser(request, settings))
    answer = Redirection(started.url)
    return Response(answer, cookies=[_kept(started, settings)], headers={"cache-control": "no-store"})


@get("/auth/oidc/callback", opt=PUBLIC, status_code=303, responses=_SESSION)
async def finish_single_sign_on(
    request: ApiRequest,
    sign_on: FromDishka[SingleSignOn],
    settings: FromDishka[Settings],
    code: Told = None,
    came_back: State = None,
    iss: Told = None,
    error: Told = None,
) -> Response[Session] | Response[None]:
    """Where providers send browsers back to. Signs in whoever the provider vouches for: by an identity that is linked; else, with a
    verified address in a domain of the company, as the member whose proven address it is, or as a new one. 409 `link_required` where
    somebody must link it themselves, 403 `not_a_member`, 401 for an answer that proves nothing or comes to another browser."""
    back = Return(came_back, _browser(request, settings), ProviderAnswer(code, iss, error))
    try:
        finished = await sign_on.finish(back, origin_of(request.scope, settings.trusted_proxies))
    except DomainError as refusal:
        return _told(refusal, request)
    if finished.opened is None:
        return _redirect(finished.return_to, [])
    answer = signed_in(finished.opened, settings)
    return _redirect(finished.return_to, answer.cookies) if finished.cookie else answer


@get("/auth/oidc/links", opt=needs("profile:read"), cache_control=NO_STORE)
async def list_identity_links(
    actor: FromDishka[Actor], providers: FromDishka[IdentityProviderReader]
) -> Page[IdentityLinkView]:
    """The identities by which the caller may sign in, the oldest first."""
    return await providers.links(actor)


@delete("/auth/oidc/links/{link_id:uuid}", opt=_CHANGE)
async def remove_identity_link(
    link_id: FromPath[UUID],
    actor: FromDishka[Actor],
    desk: FromDishka[IdentityLinkDesk],
    authenticator: FromDishka[Authenticator],
) -> None:
    """Nobody signs in by that identity any more. Ends the caller's other sessions."""
    await desk.remove(actor, link_id)
    authenticator.forget(actor)


def _told(refusal: DomainError, request: ApiRequest) -> Response[None]:
    """A person at a browser reads of it on the page where they sign in. Raises the refusal for a program."""
    if "text/html" not in request.headers.get("accept", ""):
        raise refusal
    return _redirect(f"{SIGN_IN_PAGE}?{urlencode({'refused': refusal.code})}", [])


def _redirect(url: str, cookies: list[Cookie]) -> Response[None]:
    headers = {"location": url, "cache-control": "no-store"}
    return Response(None, status_code=303, headers=headers, cookies=cookies)


def _browser(request: ApiRequest, settings: Settings) -> str | None:
    return request.cookies.get(named(BROWSER, secure=settings.is_secure))


def _kept(started: Started, settings: Settings) -> Cookie:
    """Lax, because the way back from the provider begins on its site."""
    return Cookie(
        key=named(BROWSER, secure=settings.is_secure),
        value=started.browser,
        max_age=int(LOGIN_LASTS.total_seconds()),
        path="/",
        secure=settings.is_secure,
        httponly=True,
        samesite="lax",
    )


router = DishkaRouter(
    "/",
    route_handlers=[
        start_single_sign_on,
        link_identity,
        finish_single_sign_on,
        list_identity_links,
        remove_identity_link,
    ],
    tags=["single sign-on"],
)
