"""Routes that only the tests have: they show what reaches a handler, and fail in every way that a handler can."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody, QueryParameter
from msgspec import Meta

from apps.http.idempotency import replayable
from apps.http.rules import needs
from core.domain.access import Actor
from core.domain.errors import (
    Busy,
    Conflict,
    DomainError,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    StaleVersion,
    Unauthenticated,
    refuse_if,
)
from core.domain.values import quantity_fault
from core.ports.stock_ledger import IdempotencyKey

UPLOAD_LIMIT = 2_000_000  # bytes

REFUSALS: Mapping[str, DomainError] = {
    "invalid": Invalid(
        "invalid", "two faults", [Fault("/a", "missing", "is required"), Fault("/b/0", "bad_format", "is odd")]
    ),
    "not_found": NotFound("product_not_found", "no product has this id"),
    "conflict": Conflict(
        "insufficient_stock",
        "only 3 are left",
        [Fault("/lines/0/quantity", "insufficient_stock", "only 3 are left", {"available": "3"})],
        {"available": "3"},
    ),
    "forbidden": Forbidden("missing_permission", "this needs cost:read", details={"permission": "cost:read"}),
    "unauthenticated": Unauthenticated("token_expired", "the access token has expired"),
    "stale": StaleVersion("stale_version", "somebody was faster"),
    "busy": Busy("database_busy", "too many requests at once", details={"retry_after": 1}),
}


class EchoLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    product: Annotated[str, Meta(min_length=1, max_length=20)]
    quantity: Decimal
    count: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    at: Annotated[datetime, Meta(tz=True)] | None = None
    reference: UUID | None = None


class EchoOrder(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: Annotated[str, Meta(min_length=1, max_length=50)]
    lines: Annotated[list[EchoLine], Meta(max_length=1000)]
    note: str = ""
    first: EchoLine | None = None


class EchoForm(msgspec.Struct, forbid_unknown_fields=True):
    file: UploadFile
    title: Annotated[str, Meta(max_length=20)] = ""


class Keyed(msgspec.Struct, frozen=True):
    principal: UUID
    key: str
    request_hash: str


@post("/orders", opt=needs("stock:post"))
async def echo_order(data: JSONBody[EchoOrder]) -> EchoOrder:
    found = [quantity_fault(f"/lines/{index}/quantity", line.quantity) for index, line in enumerate(data.lines)]
    refuse_if([fault for fault in found if fault])
    return data


@post("/notes", opt=needs("stock:post"))
async def echo_note(data: JSONBody[EchoLine | None] = None) -> EchoLine | None:
    return data


@post("/keyed", opt=needs("stock:post", keyed=True))
async def echo_key(data: JSONBody[EchoOrder], key: FromDishka[IdempotencyKey]) -> Response[Keyed]:
    return replayable(Keyed(key.principal_id, key.key, key.request_hash), replayed=data.note == "again")


@post("/files", opt=needs("attachment:add"), request_max_body_size=UPLOAD_LIMIT)
async def echo_file(data: MultipartBody[EchoForm]) -> dict[str, str | int]:
    return {"title": data.title, "name": data.file.filename, "size": len(await data.file.read())}


@get("/search", opt=needs("product:read"))
async def echo_search(
    q: FromQuery[str] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 50,
    reference: FromQuery[UUID | None] = None,
) -> dict[str, str | int]:
    return {"q": q, "limit": limit, "reference": str(reference)}


@get("/required", opt=needs("product:read"))
async def echo_required(at: FromQuery[datetime]) -> str:
    return at.isoformat()


@get("/things/{thing:uuid}", opt=needs("product:read"))
async def echo_thing(thing: FromPath[UUID]) -> dict[str, UUID]:
    return {"thing": thing}


@get("/actor", opt=needs("stock:read"))
async def echo_actor(actor: FromDishka[Actor]) -> dict[str, object]:
    return {"company": actor.company_id, "permissions": sorted(actor.permissions), "sites": actor.sites}


@get("/recent", opt=needs("stock:read", recent=True))
async def echo_recent() -> None:
    """For whoever proved a short while ago who they are."""


@get("/refusals/{kind:str}", opt=needs("stock:read"))
async def refuse(kind: FromPath[str]) -> None:
    raise REFUSALS[kind]


@get("/failure", opt=needs("stock:read"))
async def fail() -> None:
    raise RuntimeError("the secret of the failure")


router = DishkaRouter(
    "/echo",
    route_handlers=[
        echo_order,
        echo_note,
        echo_key,
        echo_file,
        echo_search,
        echo_required,
        echo_thing,
        echo_actor,
        echo_recent,
        refuse,
        fail,
    ],
)
