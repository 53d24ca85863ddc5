"""What other parties tell us: webhooks for plugins, and what became of them."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import MediaType, Response, get, post
from litestar.params import FromPath, QueryParameter

from apps.http.api_request import ApiRequest
from apps.http.errors import RequestRefused
from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, Limit
from apps.http.rules import PUBLIC, needs
from apps.settings import Settings
from core.commands.hooks import HookDesk
from core.commands.received_webhooks import ReadAgain, read_again
from core.domain.access import Actor
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.received_webhooks import ReceivedState, ReceivedWebhookReader, ReceivedWebhookView

HOOK_LIMIT = 1_000_000  # bytes of a body
MOST_HEADERS = 64
HEADER_LIMIT = 16_000  # characters of all names and values together
# They speak for whoever sends them, or of the way that the request took, and no signature is among them.
NEVER_KEPT = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "connection",
        "forwarded",
        "x-forwarded-for",
        "x-real-ip",
    }
)

StateOfWebhook = Annotated[ReceivedState | None, QueryParameter(name="state")]


@post("/hooks/{plugin_id:str}/{token:str}", opt=PUBLIC, status_code=202, request_max_body_size=HOOK_LIMIT)
async def receive_webhook(
    plugin_id: FromPath[str],
    token: FromPath[str],
    request: ApiRequest,
    desk: FromDishka[HookDesk],
    settings: FromDishka[Settings],
) -> Response[bytes]:
    """Takes a webhook of any kind at a plugin's secret address, up to 1 MB: 202 once it is stored, also for one that came before. 401
    where nobody signed it, 404 where the address leads nowhere, 429 where too many come or wait."""
    owner = await desk.owner(plugin_id, token)
    headers = kept_headers(request.scope["state"]["headers"])
    address = f"{settings.address}/api/v1/hooks/{plugin_id}/{token}"
    query = request.scope["query_string"].decode("latin-1")
    await desk.take(owner, f"{address}?{query}" if query else address, headers, await request.body())
    return Response(b"", status_code=202, media_type=MediaType.TEXT)


def kept_headers(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """The headers that are stored with a webhook. Raises `RequestRefused` for more than can be."""
    read = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers.items()}
    kept = {name: value.replace("\0", "") for name, value in read.items() if name not in NEVER_KEPT}
    if len(kept) > MOST_HEADERS or sum(len(name) + len(value) for name, value in kept.items()) > HEADER_LIMIT:
        raise RequestRefused(431, "headers_too_large", f"send {MOST_HEADERS} headers of {HEADER_LIMIT} bytes at most")
    return kept


@get("/plugins/{plugin_id:str}/webhooks", opt=needs("plugin:read"))
async def list_received_webhooks(
    plugin_id: FromPath[str],
    actor: FromDishka[Actor],
    webhooks: FromDishka[ReceivedWebhookReader],
    stands: StateOfWebhook = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ReceivedWebhookView]:
    """What other parties sent to the plugin, the newest first, and what became of it; never what it said. Kept for 30 days."""
    return await webhooks.webhooks(actor, plugin_id, stands, limit, cursor)


@post(
    "/plugins/{plugin_id:str}/webhooks/{webhook_id:uuid}/retry", opt=needs("plugin:write", keyed=True), status_code=202
)
async def retry_received_webhook(
    plugin_id: FromPath[str],
    webhook_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
) -> Response[ReadAgain]:
    """Has a webhook that was given up read again, and one that waits at once."""
    done = await run(read_again, actor, (plugin_id, webhook_id), key)
    return replayable(done.result, replayed=done.replayed, status_code=202)


router = DishkaRouter(
    "/", route_handlers=[receive_webhook, list_received_webhooks, retry_received_webhook], tags=["plugins"]
)
