"""Reservations: stock promised for a while or until it is fetched."""

from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, Limit, Text
from apps.http.rules import needs
from core.commands.reservations import (
    Reserved,
    ReserveStock,
    commit_reservation,
    release_reservation,
    reserve_stock,
)
from core.domain.access import Actor
from core.domain.reservation import ReservationState
from core.ports.reservations import ReservationView
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.reservations import ReservationFilter, ReservationReader


@post("/stock/reservations", opt=needs("stock:reserve", keyed=True))
async def create_reservations(
    data: JSONBody[ReserveStock],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
) -> Response[Reserved]:
    """Reserves all lines or none: held for 15 minutes or until `expires_at`, or with `commit` until fetched."""
    done = await run(reserve_stock, actor, data, key)
    return replayable(done.result, replayed=done.replayed)


@get("/stock/reservations", opt=needs("stock:read"))
async def list_reservations(
    actor: FromDishka[Actor],
    reservations: FromDishka[ReservationReader],
    product: Text = None,
    site: Text = None,
    in_state: Annotated[ReservationState | None, QueryParameter(name="state")] = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ReservationView]:
    """Reservations, newest first."""
    wanted = ReservationFilter(product, site, in_state)
    return await reservations.reservations(actor, wanted, limit, cursor, total=bool(include))


@post("/stock/reservations/{reservation_id:uuid}/commit", opt=needs("stock:reserve", keyed=True), status_code=200)
async def commit_one_reservation(
    reservation_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
) -> Response[Reserved]:
    """Turns a hold into a commitment without a time limit; of a kit, all of its components."""
    done = await run(commit_reservation, actor, reservation_id, key)
    return replayable(done.result, replayed=done.replayed, status_code=200)


@post("/stock/reservations/{reservation_id:uuid}/release", opt=needs("stock:reserve", keyed=True), status_code=200)
async def release_one_reservation(
    reservation_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
) -> Response[Reserved]:
    """Gives back what is still promised; of a kit, all of its components."""
    done = await run(release_reservation, actor, reservation_id, key)
    return replayable(done.result, replayed=done.replayed, status_code=200)


router = DishkaRouter(
    "/",
    route_handlers=[create_reservations, list_reservations, commit_one_reservation, release_one_reservation],
    tags=["stock"],
)
