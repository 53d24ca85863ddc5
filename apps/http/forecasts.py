"""Forecasts of demand."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter

from apps.http.parameters import Cursor, Limit, Text
from apps.http.rules import needs
from core.domain.access import Actor
from core.queries.forecast_series import ForecastSeries, ForecastSeriesReader
from core.queries.forecasts import ForecastFilter, ForecastReader, ForecastRunView, ForecastView
from core.queries.paging import DEFAULT_LIMIT, Page

USUAL_WEEKS, MOST_WEEKS = 52, 156

Weeks = Annotated[int, QueryParameter(ge=1, le=MOST_WEEKS, description="Weeks of the past")]


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


@get("/forecasts/{product_id:uuid}", opt=needs("report:read"))
async def show_forecast_series(
    product_id: FromPath[UUID],
    actor: FromDishka[Actor],
    forecasts: FromDishka[ForecastSeriesReader],
    site: Text = None,
    weeks: Weeks = USUAL_WEEKS,
) -> ForecastSeries:
    """The demand of a product at its sites week by week: what was sold in so many weeks before the forecast, and what is expected in the 26
    from then on."""
    return await forecasts.series(actor, product_id, site, weeks)


router = DishkaRouter("/", route_handlers=[list_forecasts, list_forecast_runs, show_forecast_series], tags=["insight"])
