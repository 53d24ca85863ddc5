"""Webhooks: where a company's events are sent."""

from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from apps.http.answer import Answer
from apps.http.cookies import NO_STORE
from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, IfMatch, Limit
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.webhook_deliveries import Redelivery, redeliver
from core.commands.webhooks import ChangeWebhook, CreateWebhook, WebhookDesk, disable_webhook, remove_webhook
from core.domain.access import Actor
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.webhooks import Arrival, DeliveryView, WebhookReader, WebhookView

_READ, _WRITE = needs("webhook:read"), needs("webhook:write")
_SECRETS = needs("webhook:write", recent=True)
ArrivalState = Annotated[Arrival | None, QueryParameter(name="state")]


class NewWebhook(WebhookView, frozen=True, kw_only=True):
    """A webhook that has just been made, and its secret, shown this once."""

    secret: str

    def __repr__(self) -> str:
        return f"NewWebhook(id={self.id!r})"


class NewWebhookSecret(msgspec.Struct, frozen=True):
    """A secret that has just been made, shown this once."""

    secret: str

    def __repr__(self) -> str:
        return "NewWebhookSecret()"


class PingAnswer(msgspec.Struct, frozen=True):
    """What came back: a status, or in `error` why there is none. `accepted` is an answer from 200 to 299."""

    accepted: bool
    status: int | None
    duration_ms: int
    error: str | None


def _shown(webhook: WebhookView) -> Response[WebhookView]:
    return Answer(webhook, headers={"ETag": etag(webhook.version)})


@get("/webhooks", opt=_READ)
async def list_webhooks(
    actor: FromDishka[Actor],
    webhooks: FromDishka[WebhookReader],
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[WebhookView]:
    """The webhooks of the company, the newest first."""
    return await webhooks.webhooks(actor, limit, cursor)


@post("/webhooks", opt=_SECRETS, cache_control=NO_STORE)
async def create_webhook(
    data: JSONBody[CreateWebhook],
    actor: FromDishka[Actor],
    desk: FromDishka[WebhookDesk],
    webhooks: FromDishka[WebhookReader],
) -> Response[NewWebhook]:
    """Names an address for events, and shows the secret that signs them, this once. Nothing is sent there before
    `POST /webhooks/{webhook_id}/enable`."""
    made = await desk.create(actor, data)
    shown = await webhooks.webhook(actor, made.id)
    new = NewWebhook(**msgspec.structs.asdict(shown), secret=made.secret)
    return Answer(new, status_code=201, headers={"ETag": etag(new.version)})


@get("/webhooks/{webhook_id:uuid}", opt=_READ)
async def show_webhook(
    webhook_id: FromPath[UUID], actor: FromDishka[Actor], webhooks: FromDishka[WebhookReader]
) -> Response[WebhookView]:
    """One webhook. Of its secrets nothing is shown but their times."""
    return _shown(await webhooks.webhook(actor, webhook_id))


@patch("/webhooks/{webhook_id:uuid}", opt=_SECRETS)
async def change_webhook(
    webhook_id: FromPath[UUID],
    data: JSONBody[ChangeWebhook],
    actor: FromDishka[Actor],
    desk: FromDishka[WebhookDesk],
    webhooks: FromDishka[WebhookReader],
    if_match: IfMatch = None,
) -> Response[WebhookView]:
    """Changes a webhook. One with another address is disabled until it is enabled again."""
    await desk.change(actor, webhook_id, data, known_version(if_match))
    return _shown(await webhooks.webhook(actor, webhook_id))


@delete("/webhooks/{webhook_id:uuid}", opt=_WRITE)
async def delete_webhook(
    webhook_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> None:
    """Deletes a webhook, with all that waits for it and all that is known of its deliveries."""
    await run(remove_webhook, actor, (webhook_id, known_version(if_match)))


@post("/webhooks/{webhook_id:uuid}/rotate-secret", opt=_SECRETS, cache_control=NO_STORE)
async def rotate_webhook_secret(
    webhook_id: FromPath[UUID], actor: FromDishka[Actor], desk: FromDishka[WebhookDesk]
) -> Response[NewWebhookSecret]:
    """Makes another secret, shown this once. For 24 hours every event is signed with it and with the one before it."""
    made = await desk.rotate(actor, webhook_id)
    return Answer(NewWebhookSecret(made.secret), status_code=201)


@post("/webhooks/{webhook_id:uuid}/ping", opt=_WRITE, status_code=200)
async def ping_webhook(
    webhook_id: FromPath[UUID], actor: FromDishka[Actor], desk: FromDishka[WebhookDesk]
) -> PingAnswer:
    """Sends a signed `webhook_ping` now, also where the webhook is disabled, and says what came back. Thirty times in 15 minutes at
    most."""
    answer = await desk.ping(actor, webhook_id)
    duration = round(answer.duration.total_seconds() * 1000)
    return PingAnswer(answer.is_accepted, answer.status, duration, answer.error)


@post("/webhooks/{webhook_id:uuid}/enable", opt=_WRITE, status_code=200)
async def enable_webhook(
    webhook_id: FromPath[UUID],
    actor: FromDishka[Actor],
    desk: FromDishka[WebhookDesk],
    webhooks: FromDishka[WebhookReader],
) -> Response[WebhookView]:
    """Sends what happens from now on, on the caller's behalf, and what had waited, if the address accepts a ping."""
    await desk.enable(actor, webhook_id)
    return _shown(await webhooks.webhook(actor, webhook_id))


@post("/webhooks/{webhook_id:uuid}/disable", opt=_WRITE, status_code=200)
async def disable_one_webhook(
    webhook_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], webhooks: FromDishka[WebhookReader]
) -> Response[WebhookView]:
    """Sends nothing any more. What waits stays; what happens meanwhile is never sent, but stands in the feed."""
    await run(disable_webhook, actor, webhook_id)
    return _shown(await webhooks.webhook(actor, webhook_id))


@get("/webhooks/{webhook_id:uuid}/deliveries", opt=_READ)
async def list_webhook_deliveries(
    webhook_id: FromPath[UUID],
    actor: FromDishka[Actor],
    webhooks: FromDishka[WebhookReader],
    arrival: ArrivalState = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[DeliveryView]:
    """What became of the events for a webhook, the newest first. What was delivered is kept for 30 days."""
    return await webhooks.deliveries(actor, webhook_id, arrival, limit, cursor)


@post(
    "/webhooks/{webhook_id:uuid}/deliveries/{delivery_id:uuid}/redeliver",
    opt=needs("webhook:write", keyed=True),
    status_code=202,
)
async def redeliver_to_webhook(
    webhook_id: FromPath[UUID],
    delivery_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
) -> Response[Redelivery]:
    """Sends an event once more, with a whole new schedule of tries; one that waits is tried at once."""
    done = await run(redeliver, actor, (webhook_id, delivery_id), key)
    return replayable(done.result, replayed=done.replayed, status_code=202)


router = DishkaRouter(
    "/",
    route_handlers=[
        list_webhooks,
        create_webhook,
        show_webhook,
        change_webhook,
        delete_webhook,
        rotate_webhook_secret,
        ping_webhook,
        enable_webhook,
        disable_one_webhook,
        list_webhook_deliveries,
        redeliver_to_webhook,
    ],
    tags=["webhooks"],
)
