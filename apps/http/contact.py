"""The contact form."""

from typing import Literal

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import post
from litestar.params import JSONBody

from apps.http.api_request import ApiRequest
from apps.http.client_address import client_address
from apps.http.rules import PUBLIC
from apps.settings import Settings
from core.commands.contact import ContactDesk, SendMessage


class Taken(msgspec.Struct, frozen=True):
    """The message will be delivered by mail."""

    status: Literal["taken"] = "taken"


@post("/contact", opt=PUBLIC, status_code=202)
async def send_message(
    data: JSONBody[SendMessage],
    request: ApiRequest,
    desk: FromDishka[ContactDesk],
    settings: FromDishka[Settings],
) -> Taken:
    """Sends a message to whoever operates the server, by mail. Five an hour from one address, then 429; 404
    `contact_unavailable` where the server takes none."""
    await desk.take(data, client_address(request.scope, settings.trusted_proxies))
    return Taken()


router = DishkaRouter("/", route_handlers=[send_message], tags=["contact"])
