"""Transfers between sites: each step of their way is a POST."""

from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, IfMatch, Limit, Text
from apps.http.rules import needs
from apps.http.versions import etag, known_version
from core.commands.transfers import (
    DispatchTransfer,
    ReceiveTransfer,
    StartTransfer,
    cancel_transfer,
    dispatch_transfer,
    recall_transfer,
    receive_transfer,
    start_transfer,
    submit_transfer,
)
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.transfer import TransferState
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Outcome, Run
from core.ports.transfers import TransferView
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.transfers import TransferFilter, TransferReader, TransferSummary


def _answer(done: Outcome[TransferView], status_code: int = 200) -> Response[TransferView]:
    response = replayable(done.result, replayed=done.replayed, status_code=status_code)
    response.headers["ETag"] = etag(done.result.version)
    return response


@post("/transfers", opt=needs("transfer:start", keyed=True))
async def create_transfer(
    data: JSONBody[StartTransfer], actor: FromDishka[Actor], run: FromDishka[Run], key: FromDishka[IdempotencyKey]
) -> Response[TransferView]:
    """Starts a transfer: pending, with its goods reserved at the source, or a draft that reserves nothing."""
    return _answer(await run(start_transfer, actor, data, key), 201)


@get("/transfers", opt=needs("transfer:read"))
async def list_transfers(
    actor: FromDishka[Actor],
    transfers: FromDishka[TransferReader],
    states: Annotated[list[TransferState] | None, QueryParameter(name="state")] = None,
    site: Text = None,
    source: Text = None,
    destination: Text = None,
    product: Text = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[TransferSummary]:
    """Transfers with an end within the caller's reach, newest first."""
    wanted = TransferFilter(states or (), site, source, destination, product)
    return await transfers.transfers(actor, wanted, limit, cursor, total=bool(include))


@get("/transfers/{transfer_id:uuid}", opt=needs("transfer:read"))
async def show_transfer(
    transfer_id: FromPath[UUID], actor: FromDishka[Actor], transfers: FromDishka[TransferReader]
) -> Response[TransferView]:
    """One transfer with its lines and postings."""
    found = await transfers.transfer(actor, transfer_id)
    if found is None:
        raise NotFound("transfer_not_found", "no transfer has this id")
    return _answer(Outcome(found))


@post("/transfers/{transfer_id:uuid}/submit", opt=needs("transfer:start", keyed=True), status_code=200)
async def submit_one_transfer(
    transfer_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    if_match: IfMatch = None,
) -> Response[TransferView]:
    """Hands in a draft: its goods are reserved at the source."""
    return _answer(await run(submit_transfer, actor, (transfer_id, known_version(if_match)), key))


@post("/transfers/{transfer_id:uuid}/cancel", opt=needs("transfer:start", keyed=True), status_code=200)
async def cancel_one_transfer(
    transfer_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    if_match: IfMatch = None,
) -> Response[TransferView]:
    """Gives up a transfer before anything has left."""
    return _answer(await run(cancel_transfer, actor, (transfer_id, known_version(if_match)), key))


@post("/transfers/{transfer_id:uuid}/recall", opt=needs("transfer:start", keyed=True), status_code=200)
async def recall_one_transfer(
    transfer_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    if_match: IfMatch = None,
) -> Response[TransferView]:
    """Calls back what is in transit."""
    return _answer(await run(recall_transfer, actor, (transfer_id, known_version(if_match)), key))


@post("/transfers/{transfer_id:uuid}/dispatch", opt=needs("transfer:confirm", keyed=True), status_code=200)
async def dispatch_one_transfer(
    transfer_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    data: JSONBody[DispatchTransfer | None] = None,
    if_match: IfMatch = None,
) -> Response[TransferView]:
    """Sends a pending transfer on its way. Without a body all that was asked for leaves."""
    wish = data or DispatchTransfer()
    return _answer(await run(dispatch_transfer, actor, (transfer_id, wish, known_version(if_match)), key))


@post("/transfers/{transfer_id:uuid}/receive", opt=needs("transfer:confirm", keyed=True), status_code=200)
async def receive_one_transfer(
    transfer_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    data: JSONBody[ReceiveTransfer | None] = None,
    if_match: IfMatch = None,
) -> Response[TransferView]:
    """Takes in what arrived; without a body everything. A pending transfer is dispatched and received at once."""
    wish = data or ReceiveTransfer()
    return _answer(await run(receive_transfer, actor, (transfer_id, wish, known_version(if_match)), key))


router = DishkaRouter(
    "/",
    route_handlers=[
        create_transfer,
        list_transfers,
        show_transfer,
        submit_one_transfer,
        cancel_one_transfer,
        recall_one_transfer,
        dispatch_one_transfer,
        receive_one_transfer,
    ],
    tags=["transfers"],
)
