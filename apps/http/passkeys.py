"""Passkeys: adding and removing the caller's own, and signing in with one."""

from collections.abc import Mapping
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, post
from litestar.params import FromPath, JSONBody

from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.client_address import origin_of
from apps.http.cookies import NO_STORE, signed_in
from apps.http.rules import PUBLIC, needs
from apps.settings import Settings
from core.commands.passkeys import LogInWithPasskey, Passkeys, PasskeySignIn, RegisterPasskey, SavedPasskey
from core.commands.sign_in import Session
from core.domain.access import Actor

_CHANGE = needs("profile:write", recent=True)


@post("/auth/passkeys/options", opt=_CHANGE, status_code=200, cache_control=NO_STORE)
async def offer_passkey(actor: FromDishka[Actor], passkeys: FromDishka[Passkeys]) -> Mapping[str, object]:
    """For `PublicKeyCredential.parseCreationOptionsFromJSON`. The challenge is good once, for five minutes."""
    return await passkeys.options(actor)


@post("/auth/passkeys", opt=_CHANGE)
async def add_passkey(
    data: JSONBody[RegisterPasskey],
    actor: FromDishka[Actor],
    passkeys: FromDishka[Passkeys],
    authenticator: FromDishka[Authenticator],
) -> SavedPasskey:
    """Adds the key that a device made with these options. Ends the caller's other sessions."""
    saved = await passkeys.register(actor, data)
    authenticator.forget(actor)
    return saved


@delete("/auth/passkeys/{passkey_id:uuid}", opt=_CHANGE)
async def remove_passkey(
    passkey_id: FromPath[UUID],
    actor: FromDishka[Actor],
    passkeys: FromDishka[Passkeys],
    authenticator: FromDishka[Authenticator],
) -> None:
    """Nobody signs in with it any more. Ends the caller's other sessions."""
    await passkeys.remove(actor, passkey_id)
    authenticator.forget(actor)


@post("/auth/passkeys/login/options", opt=PUBLIC, status_code=200, cache_control=NO_STORE)
async def offer_passkey_sign_in(
    request: ApiRequest, sign_in: FromDishka[PasskeySignIn], settings: FromDishka[Settings]
) -> Mapping[str, object]:
    """For `PublicKeyCredential.parseRequestOptionsFromJSON`, whoever it is. The challenge is good once, for five minutes."""
    return await sign_in.options(origin_of(request.scope, settings.trusted_proxies))


@post("/auth/passkeys/login", opt=PUBLIC, status_code=200)
async def log_in_with_passkey(
    data: JSONBody[LogInWithPasskey],
    request: ApiRequest,
    sign_in: FromDishka[PasskeySignIn],
    settings: FromDishka[Settings],
) -> Response[Session]:
    """Exchanges a signed challenge for a session, as signing in with a password does. A passkey needs no code beside it."""
    return signed_in(await sign_in.log_in(data, origin_of(request.scope, settings.trusted_proxies)), settings)


router = DishkaRouter(
    "/",
    route_handlers=[offer_passkey, add_passkey, remove_passkey, offer_passkey_sign_in, log_in_with_passkey],
    tags=["passkeys"],
)
