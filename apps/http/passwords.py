"""Passwords: changing one's own, and coming in again where it is forgotten."""

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import post
from litestar.params import JSONBody

from apps.http.accepted import Accepted
from apps.http.api_request import ApiRequest
from apps.http.auth import Authenticator
from apps.http.client_address import origin_of
from apps.http.rules import PUBLIC, needs
from apps.settings import Settings
from core.commands.password_resets import ForgotPassword, PasswordResets, ResetPassword
from core.commands.passwords import ChangePassword, OwnPassword
from core.domain.access import Actor


@post("/auth/password", opt=needs("password:change"), status_code=204)
async def change_own_password(
    data: JSONBody[ChangePassword],
    actor: FromDishka[Actor],
    password: FromDishka[OwnPassword],
    authenticator: FromDishka[Authenticator],
) -> None:
    """Puts another password in place and ends all of the caller's sessions but this one. Whoever must change theirs at the first
    sign-in can do nothing else before."""
    await password.change(actor, data)
    authenticator.forget(actor)


@post("/auth/password/forgot", opt=PUBLIC, status_code=202)
async def forget_password(
    data: JSONBody[ForgotPassword],
    request: ApiRequest,
    resets: FromDishka[PasswordResets],
    settings: FromDishka[Settings],
) -> Accepted:
    """Mails a link to choose another password, good once and for thirty minutes. The answer is the same for whoever does not exist.
    Five an hour for one name, then 429."""
    await resets.ask(data, origin_of(request.scope, settings.trusted_proxies))
    return Accepted()


@post("/auth/password/reset", opt=PUBLIC, status_code=204)
async def reset_password(
    data: JSONBody[ResetPassword],
    request: ApiRequest,
    resets: FromDishka[PasswordResets],
    authenticator: FromDishka[Authenticator],
    settings: FromDishka[Settings],
) -> None:
    """Puts another password in place by the token of such a link, and ends all sessions of its owner. Second factors stay."""
    user_id = await resets.reset(data, origin_of(request.scope, settings.trusted_proxies))
    authenticator.forget(Actor(user_id, None, frozenset()))


router = DishkaRouter("/", route_handlers=[change_own_password, forget_password, reset_password], tags=["session"])
