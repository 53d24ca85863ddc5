"""What there is, and what of it can still be promised."""

from typing import Annotated, Literal

import msgspec
from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get, post
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from apps.http.parameters import Cursor, Limit, Text
from apps.http.rules import needs
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.queries.balances import Availability, Balance, BalanceFilter, BalanceReader
from core.queries.paging import DEFAULT_LIMIT, Page

MAX_ASKED = 500

Reference = Annotated[str, Meta(min_length=1, max_length=200)]


class AskAvailability(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Products by SKU or id, kits among them, at most 500."""

    products: Annotated[list[Reference], Meta(min_length=1, max_length=MAX_ASKED)]


@get("/stock/balances", opt=needs("stock:read"))
async def list_balances(
    actor: FromDishka[Actor],
    stock: FromDishka[BalanceReader],
    product: Text = None,
    site: Text = None,
    low: FromQuery[bool | None] = None,
    out: FromQuery[bool | None] = None,
    lots: FromQuery[bool] = False,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[Balance]:
    """Stock by SKU and site: on hand, reserved, available, in transit; with `lots` also by place and lot."""
    wanted = BalanceFilter(product, site, low, out)
    return await stock.balances(actor, wanted, limit, cursor, places=lots, total=bool(include))


@post("/stock/availability", opt=needs("stock:read"), status_code=200)
async def ask_availability(
    data: JSONBody[AskAvailability], actor: FromDishka[Actor], stock: FromDishka[BalanceReader]
) -> list[Availability]:
    """What can still be promised of each product at each open site, in the order asked. Changes nothing."""
    found = await stock.availability(actor, data.products)
    missing = [index for index, one in enumerate(found) if one is None]
    refuse_if([Fault(f"/products/{index}", "not_found", "no product has this id or SKU") for index in missing])
    return [one for one in found if one]


router = DishkaRouter("/", route_handlers=[list_balances, ask_availability], tags=["stock"])
