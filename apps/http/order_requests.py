"""Order requests: staff ask, managers decide, and what was granted is handed over."""

from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, IfMatch, Limit, Text
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.order_request_decisions import (
    ApproveRequest,
    approve_request,
    cancel_request,
    reject_request,
    reopen_request,
)
from core.commands.order_request_handover import FulfilRequest, close_request, fulfil_request
from core.commands.order_requests import (
    ChangeRequest,
    CreateRequest,
    GiveReason,
    change_request,
    create_request,
    delete_request,
)
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.order_request import RequestKind, RequestState
from core.ports.order_requests import OrderRequestView
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Outcome, Run
from core.queries.order_requests import OrderRequestReader, RequestFilter, RequestSummary
from core.queries.paging import DEFAULT_LIMIT, Page

_SEEN = needs("request:create", "request:read", "request:approve", "request:fulfil")


def _answer(done: Outcome[OrderRequestView], status_code: int = 200) -> Response[OrderRequestView]:
    response = replayable(done.result, replayed=done.replayed, status_code=status_code)
    response.headers["ETag"] = etag(done.result.version)
    return response


@post("/requests", opt=needs("request:create", keyed=True))
async def create_new_request(
    data: JSONBody[CreateRequest], actor: FromDishka[Actor], run: FromDishka[Run], key: FromDishka[IdempotencyKey]
) -> Response[OrderRequestView]:
    """Asks for goods: a restock of a site, or what a customer ordered of it."""
    return _answer(await run(create_request, actor, data, key), 201)


@get("/requests", opt=_SEEN)
async def list_requests(
    actor: FromDishka[Actor],
    requests: FromDishka[OrderRequestReader],
    kind: FromQuery[RequestKind | None] = None,
    states: Annotated[list[RequestState] | None, QueryParameter(name="state")] = None,
    site: Text = None,
    mine: FromQuery[bool] = False,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[RequestSummary]:
    """The caller's own requests and, with request:read, all of the sites within reach; newest first."""
    wanted = RequestFilter(kind, states or (), site, mine)
    return await requests.requests(actor, wanted, limit, cursor, total=bool(include))


@get("/requests/{request_id:uuid}", opt=_SEEN)
async def show_request(
    request_id: FromPath[UUID], actor: FromDishka[Actor], requests: FromDishka[OrderRequestReader]
) -> Response[OrderRequestView]:
    """One request with its lines and what became of them."""
    found = await requests.request(actor, request_id)
    if found is None:
        raise NotFound("request_not_found", "no request has this id")
    return _answer(Outcome(found))


@patch("/requests/{request_id:uuid}", opt=needs("request:create"))
async def change_one_request(
    request_id: FromPath[UUID],
    data: JSONBody[ChangeRequest],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[OrderRequestView]:
    """Changes a request of one's own that is still pending."""
    return _answer(await run(change_request, actor, (request_id, data, known_version(if_match))))


@delete("/requests/{request_id:uuid}", opt=needs("request:create"))
async def delete_one_request(
    request_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> None:
    """Takes back a request of one's own that is still pending."""
    await run(delete_request, actor, (request_id, known_version(if_match)))


@post("/requests/{request_id:uuid}/approve", opt=needs("request:approve", keyed=True), status_code=200)
async def approve_one_request(
    request_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    data: JSONBody[ApproveRequest | None] = None,
    if_match: IfMatch = None,
) -> Response[OrderRequestView]:
    """Grants all or some of it: a customer order gets its stock reserved, a restock its transfer from `source`."""
    wish = data or ApproveRequest()
    return _answer(await run(approve_request, actor, (request_id, wish, known_version(if_match)), key))


@post("/requests/{request_id:uuid}/reject", opt=needs("request:approve"), status_code=200)
async def reject_one_request(
    request_id: FromPath[UUID],
    data: JSONBody[GiveReason],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[OrderRequestView]:
    """Turns it down, with a reason."""
    return _answer(await run(reject_request, actor, (request_id, data, known_version(if_match))))


@post("/requests/{request_id:uuid}/fulfil", opt=needs("request:fulfil", keyed=True), status_code=200)
async def fulfil_one_request(
    request_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    data: JSONBody[FulfilRequest | None] = None,
    if_match: IfMatch = None,
) -> Response[OrderRequestView]:
    """Hands a customer order over, without a body all that is open. A restock is fulfilled by the receipt of its transfer."""
    wish = data or FulfilRequest()
    return _answer(await run(fulfil_request, actor, (request_id, wish, known_version(if_match)), key))


@post("/requests/{request_id:uuid}/close", opt=needs("request:fulfil"), status_code=200)
async def close_one_request(
    request_id: FromPath[UUID],
    data: JSONBody[GiveReason],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[OrderRequestView]:
    """Ends a request of which the remainder will not come, with a reason; what was reserved for it is given back."""
    return _answer(await run(close_request, actor, (request_id, data, known_version(if_match))))


@post("/requests/{request_id:uuid}/cancel", opt=needs("request:approve"), status_code=200)
async def cancel_one_request(
    request_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> Response[OrderRequestView]:
    """Gives up a request of which nothing was fulfilled, with its reservations or its pending transfer."""
    return _answer(await run(cancel_request, actor, (request_id, known_version(if_match))))


@post("/requests/{request_id:uuid}/reopen", opt=needs("request:approve"), status_code=200)
async def reopen_one_request(
    request_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> Response[OrderRequestView]:
    """Takes an approval or a rejection back before anything has come of it: it is pending again, and what was reserved, its pending
    transfer or its order that is not with the supplier yet are given up."""
    return _answer(await run(reopen_request, actor, (request_id, known_version(if_match))))


router = DishkaRouter(
    "/",
    route_handlers=[
        create_new_request,
        list_requests,
        show_request,
        change_one_request,
        delete_one_request,
        approve_one_request,
        reject_one_request,
        fulfil_one_request,
        close_one_request,
        cancel_one_request,
        reopen_one_request,
    ],
    tags=["requests"],
)
