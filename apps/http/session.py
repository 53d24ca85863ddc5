"""Signing in and out, one's sessions, the caller's own profile, and the keys that verify our tokens."""

from collections.abc import Mapping
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import FromPath, JSONBody

from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.client_address import origin_of
from apps.http.cookies import NO_STORE, device_mark, signed_in, signed_out
from apps.http.rules import PUBLIC, needs
from apps.settings import Settings
from core.commands.password_sign_in import Confirm, LogIn, PasswordSignIn
from core.commands.sessions import OwnSessions, SessionView
from core.commands.sign_in import Refresh, Session, SessionDesk, SwitchCompany
from core.domain.access import Actor
from core.ports.identity import AccessTokens, IdentityStore
from core.ports.profiles import Profiles
from core.queries.companies import CompanyReader
from core.queries.paging import Page
from core.queries.profile import Profile, profile_of


@post("/auth/login", opt=PUBLIC, status_code=200)
async def log_in(
    data: JSONBody[LogIn], request: ApiRequest, door: FromDishka[PasswordSignIn], settings: FromDishka[Settings]
) -> Response[Session]:
    """Exchanges login and password for an access token of one company and a refresh token, or for a session cookie. 401
    `totp_required` where the account demands a one-time code too. Ten wrong tries in 15 minutes, then 429."""
    headers = request.scope["state"]["headers"]
    mark = device_mark(headers.get(b"cookie"), secure=settings.is_secure)
    return signed_in(await door.log_in(data, origin_of(request.scope, settings.trusted_proxies), mark), settings)


@post("/auth/refresh", opt=PUBLIC, status_code=200)
async def refresh_session(
    data: JSONBody[Refresh], request: ApiRequest, desk: FromDishka[SessionDesk], settings: FromDishka[Settings]
) -> Response[Session]:
    """Exchanges a refresh token for the next one and an access token. A refresh token is good once: shown again, later than ten
    seconds or by another device, it ends the session."""
    return signed_in(await desk.refresh(data, origin_of(request.scope, settings.trusted_proxies)), settings)


@post("/auth/switch", opt=needs("profile:read"), status_code=200)
async def switch_company(
    data: JSONBody[SwitchCompany],
    actor: FromDishka[Actor],
    desk: FromDishka[SessionDesk],
    authenticator: FromDishka[Authenticator],
    settings: FromDishka[Settings],
) -> Response[Session]:
    """Changes to another of the caller's companies: by an access token for it, or for the session of the cookie."""
    opened = await desk.switch(actor, data)
    authenticator.forget(actor)
    return signed_in(opened, settings)


@post("/auth/confirm", opt=needs("profile:write"), status_code=204)
async def confirm_identity(
    data: JSONBody[Confirm],
    actor: FromDishka[Actor],
    door: FromDishka[PasswordSignIn],
    authenticator: FromDishka[Authenticator],
) -> None:
    """Proves once more who the caller is. What touches credentials demands a proof that is no older than ten minutes."""
    await door.confirm(actor, data)
    authenticator.forget(actor)


# Also for those who must change their password first.
@post("/auth/logout", opt=needs("password:change"), status_code=204)
async def log_out(
    actor: FromDishka[Actor],
    sessions: FromDishka[OwnSessions],
    authenticator: FromDishka[Authenticator],
    settings: FromDishka[Settings],
) -> Response[None]:
    """Ends the session by which the caller came, with all its tokens."""
    await sessions.sign_out(actor)
    authenticator.forget(actor)
    return signed_out(settings)


@get("/auth/sessions", opt=needs("profile:write"), cache_control=NO_STORE)
async def list_sessions(actor: FromDishka[Actor], sessions: FromDishka[OwnSessions]) -> Page[SessionView]:
    """The caller's sessions in force, the latest seen first."""
    return Page(await sessions.listed(actor))


@delete("/auth/sessions", opt=needs("profile:write"))
async def end_other_sessions(
    actor: FromDishka[Actor], sessions: FromDishka[OwnSessions], authenticator: FromDishka[Authenticator]
) -> None:
    """Ends all of the caller's sessions but this one."""
    await sessions.end_others(actor)
    authenticator.forget(actor)


@delete("/auth/sessions/{session_id:uuid}", opt=needs("profile:write"))
async def end_one_session(
    session_id: FromPath[UUID],
    actor: FromDishka[Actor],
    sessions: FromDishka[OwnSessions],
    authenticator: FromDishka[Authenticator],
) -> None:
    """Ends one of the caller's sessions, everywhere within five seconds."""
    await sessions.end(actor, session_id)
    authenticator.forget(actor)


@get("/me", opt=needs("profile:read"), cache_control=NO_STORE)
async def show_profile(
    request: ApiRequest,
    actor: FromDishka[Actor],
    identities: FromDishka[IdentityStore],
    companies: FromDishka[CompanyReader],
    profiles: FromDishka[Profiles],
    authenticator: FromDishka[Authenticator],
) -> Profile:
    """The caller: person, company, permissions and sites."""
    csrf_token = authenticator.csrf_token_of(request.scope["state"]["headers"])
    return await profile_of(identities, companies, profiles, actor, csrf_token)


@get("/jwks.json", opt=PUBLIC, cache_control=CacheControlHeader(max_age=900, public=True))
async def list_public_keys(tokens: FromDishka[AccessTokens]) -> Mapping[str, object]:
    """The public keys of access tokens as a JWK set (RFC 7517), the one that comes next included."""
    return await tokens.public_keys()


router = DishkaRouter(
    "/",
    route_handlers=[
        log_in,
        refresh_session,
        switch_company,
        confirm_identity,
        log_out,
        list_sessions,
        end_other_sessions,
        end_one_session,
        show_profile,
    ],
    tags=["session"],
)
well_known_router = DishkaRouter("/.well-known", route_handlers=[list_public_keys], tags=["session"])
