"""Companies that register themselves."""

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import post
from litestar.params import JSONBody

from apps.http.accepted import Accepted
from apps.http.api_request import ApiRequest
from apps.http.client_address import origin_of
from apps.http.rules import PUBLIC
from apps.settings import Settings
from core.commands.registration import ConfirmRegistration, RegisterCompany, Registered, RegistrationDesk


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


router = DishkaRouter("/", route_handlers=[register_company, confirm_registration], tags=["session"])
