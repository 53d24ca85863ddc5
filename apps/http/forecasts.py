"""Forecasts of demand."""

from collections.abc import Sequence
from typing import Literal

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get
from litestar.params import FromQuery

from apps.http.parameters import Cursor, Limit, Text
from apps.http.rules import needs
from core.domain.access import Actor
from core.queries.forecasts import ForecastFilter, ForecastReader, ForecastRunView, ForecastView
from core.queries.paging import DEFAULT_LIMIT, Page


@get("/forecasts", opt=needs("report:read"))
async def list_forecasts(
    actor: FromDishka[Actor],
    forecasts: FromDishka[ForecastReader],
    product: Text = None,
    site: Text = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ForecastView]:
    """Expected demand of products at sites by SKU and site, how far it may stray, how good such forecasts were, and when stock will be
    used up."""
    return await forecasts.forecasts(actor, ForecastFilter(product, site), limit, cursor, total=bool(include))


@get("/forecasts/runs", opt=needs("report:read"))
async def list_forecast_runs(
    actor: FromDishka[Actor], forecasts: FromDishka[ForecastReader]
) -> Sequence[ForecastRunView]:
    """The latest makings of forecasts, the last one first: of a week each, with how many are done."""
    return await forecasts.runs(actor)


router = DishkaRouter("/", route_handlers=[list_forecasts, list_forecast_runs], tags=["insight"])
