"""Signing in, the caller's own profile, and the keys that verify our tokens."""

from collections.abc import Mapping

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import JSONBody

from apps.http.api_request import ApiRequest
from apps.http.client_address import origin_of
from apps.http.rules import PUBLIC, needs
from apps.settings import Settings
from core.commands.session import LogIn, Profile, Session, SessionDesk, SwitchCompany
from core.domain.access import Actor
from core.ports.identity import AccessTokens

_SECRET = CacheControlHeader(no_store=True)


@post("/auth/login", opt=PUBLIC, status_code=200, cache_control=_SECRET)
async def log_in(
    data: JSONBody[LogIn], request: ApiRequest, desk: FromDishka[SessionDesk], settings: FromDishka[Settings]
) -> Session:
    """Exchanges login and password for an access token of one company. Ten wrong tries in 15 minutes, then 429."""
    return await desk.log_in(data, origin_of(request.scope, settings.trusted_proxies))


@post("/auth/switch", opt=needs("profile:read"), status_code=200, cache_control=_SECRET)
async def switch_company(
    data: JSONBody[SwitchCompany], actor: FromDishka[Actor], desk: FromDishka[SessionDesk]
) -> Session:
    """An access token for another of the caller's companies."""
    return await desk.switch(actor, data)


@get("/me", opt=needs("profile:read"), cache_control=_SECRET)
async def show_profile(actor: FromDishka[Actor], desk: FromDishka[SessionDesk]) -> Profile:
    """The caller: person, company, permissions and sites."""
    return await desk.profile(actor)


@get("/jwks.json", opt=PUBLIC, cache_control=CacheControlHeader(max_age=900, public=True))
async def list_public_keys(tokens: FromDishka[AccessTokens]) -> Mapping[str, object]:
    """The public keys of access tokens as a JWK set (RFC 7517)."""
    return tokens.public_keys()


router = DishkaRouter("/", route_handlers=[log_in, switch_company, show_profile], tags=["session"])
well_known_router = DishkaRouter("/.well-known", route_handlers=[list_public_keys], tags=["session"])
