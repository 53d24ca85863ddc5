"""How people are reached outside of the application: their number, their own webhook, what became of their news."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.answer import Answer
from apps.http.cookies import NO_STORE
from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, Limit
from apps.http.rules import needs
from apps.http.webhooks import NewWebhook
from core.commands.own_webhook import NameOwnWebhook, OwnWebhookDesk, redeliver_own
from core.commands.phone import AskForPhone, ConfirmPhone, OwnPhone, PhoneView
from core.commands.webhook_deliveries import Redelivery
from core.domain.access import Actor
from core.domain.notification import Channel
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Run
from core.queries.notification_deliveries import DeliveryReader, DeliveryState, NotificationDeliveryView
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.webhooks import WebhookReader, WebhookView

_READ, _WRITE = needs("profile:read"), needs("profile:write")
StateOfDelivery = Annotated[DeliveryState | None, QueryParameter(name="state")]


@get("/me/phone", opt=_READ)
async def show_phone(actor: FromDishka[Actor], own: FromDishka[OwnPhone]) -> PhoneView:
    """One's number for text messages."""
    return await own.shown(actor)


@post("/me/phone", opt=needs("profile:write", recent=True), status_code=202)
async def ask_for_phone(data: JSONBody[AskForPhone], actor: FromDishka[Actor], own: FromDishka[OwnPhone]) -> None:
    """Sends a code to a number, by the plugin that the company has for it. It is good for ten minutes, and once."""
    await own.ask(actor, data)


@post("/me/phone/confirm", opt=_WRITE, status_code=200)
async def confirm_phone(data: JSONBody[ConfirmPhone], actor: FromDishka[Actor], own: FromDishka[OwnPhone]) -> PhoneView:
    """Makes the number to which the code was sent one's own."""
    return await own.confirm(actor, data)


@delete("/me/phone", opt=_WRITE)
async def remove_phone(actor: FromDishka[Actor], own: FromDishka[OwnPhone]) -> None:
    """Takes one's number away."""
    await own.remove(actor)


@delete("/me/text-block", opt=_WRITE)
async def lift_text_block(actor: FromDishka[Actor], own: FromDishka[OwnPhone]) -> None:
    """Says that one's number is to get text messages of this company again, after it was told to get no more. Nothing changes where it
    is not so. Where the carrier keeps a block of its own, one answers START there first."""
    await own.unblock(actor)


@get("/me/webhook", opt=_READ)
async def show_own_webhook(actor: FromDishka[Actor], webhooks: FromDishka[WebhookReader]) -> WebhookView:
    """One's own webhook in this company. Of its secrets nothing is shown but their times."""
    return await webhooks.own_webhook(actor)


@post("/me/webhook", opt=needs("profile:write", recent=True), cache_control=NO_STORE)
async def name_own_webhook(
    data: JSONBody[NameOwnWebhook],
    actor: FromDishka[Actor],
    desk: FromDishka[OwnWebhookDesk],
    webhooks: FromDishka[WebhookReader],
) -> Response[NewWebhook]:
    """Names an address for one's own news, or another one, and shows the secret that signs them from now on, this once. Nothing is
    sent to a new address before `POST /me/webhook/enable`."""
    made = await desk.name(actor, data)
    shown = await webhooks.own_webhook(actor)
    return Answer(NewWebhook(**msgspec.structs.asdict(shown), secret=made.secret), status_code=201)


@post("/me/webhook/enable", opt=_WRITE, status_code=200)
async def enable_own_webhook(
    actor: FromDishka[Actor], desk: FromDishka[OwnWebhookDesk], webhooks: FromDishka[WebhookReader]
) -> WebhookView:
    """Sends a ping there and, if it is accepted, from now on one's news."""
    await desk.enable(actor)
    return await webhooks.own_webhook(actor)


@delete("/me/webhook", opt=_WRITE)
async def remove_own_webhook(actor: FromDishka[Actor], desk: FromDishka[OwnWebhookDesk]) -> None:
    """Removes one's own webhook, with all that waits for it."""
    await desk.remove(actor)


@get("/notification-deliveries", opt=_READ)
async def list_notification_deliveries(
    actor: FromDishka[Actor],
    deliveries: FromDishka[DeliveryReader],
    channel: FromQuery[Channel | None] = None,
    stands: StateOfDelivery = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[NotificationDeliveryView]:
    """What became of one's own news by each channel, the newest first."""
    return await deliveries.deliveries(actor, channel, stands, limit, cursor)


@post("/notification-deliveries/{item_id:uuid}/redeliver", opt=needs("profile:write", keyed=True), status_code=202)
async def redeliver_notification(
    item_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], key: FromDishka[IdempotencyKey]
) -> Response[Redelivery]:
    """Sends an item once more to one's own webhook."""
    done = await run(redeliver_own, actor, item_id, key)
    return replayable(done.result, replayed=done.replayed, status_code=202)


router = DishkaRouter(
    "/",
    route_handlers=[
        show_phone,
        ask_for_phone,
        confirm_phone,
        remove_phone,
        lift_text_block,
        show_own_webhook,
        name_own_webhook,
        enable_own_webhook,
        remove_own_webhook,
        list_notification_deliveries,
        redeliver_notification,
    ],
    tags=["notifications"],
)
