"""Companies that register themselves."""

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get, post
from litestar.params import JSONBody

from apps.http.accepted import Accepted
from apps.http.api_request import ApiRequest
from apps.http.client_address import origin_of
from apps.http.rules import PUBLIC
from apps.settings import Settings
from core.commands.registration import ConfirmRegistration, RegisterCompany, Registered, RegistrationDesk


class WaysIn(msgspec.Struct):
    """How people come in here, for whoever shows the door."""

    registration: bool
    """Whether companies register themselves."""


@get("/auth/ways", opt=PUBLIC)
async def ways_in(settings: FromDishka[Settings]) -> WaysIn:
    """What a page on which people sign in has to offer. The same for everybody."""
    return WaysIn(registration=settings.registration)


@post("/auth/register", opt=PUBLIC, status_code=202)
async def register_company(
    data: JSONBody[RegisterCompany],
    request: ApiRequest,
    desk: FromDishka[RegistrationDesk],
    settings: FromDishka[Settings],
) -> Accepted:
    """Mails a link that confirms the registration, good for 24 hours; until then nothing is made. 404 `registration_closed` where companies
    do not register themselves. Five an hour from one address, then 429."""
    await desk.register(data, origin_of(request.scope, settings.trusted_proxies))
    return Accepted()


@post("/auth/register/confirm", opt=PUBLIC)
async def confirm_registration(
    data: JSONBody[ConfirmRegistration],
    request: ApiRequest,
    desk: FromDishka[RegistrationDesk],
    settings: FromDishka[Settings],
) -> Registered:
    """Makes the company and its administrator, who then signs in with the password that they chose."""
    return await desk.confirm(data, origin_of(request.scope, settings.trusted_proxies))


router = DishkaRouter("/", route_handlers=[ways_in, register_company, confirm_registration], tags=["session"])
