"""Recommendations: what there is to do, and doing it."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, IfMatch, Limit, Text
from apps.http.rules import needs
from apps.http.versions import known_version
from core.commands.recommendations import (
    RecommendationDone,
    RecommendationSnoozed,
    SnoozeRecommendation,
    accept_recommendation,
    dismiss_recommendation,
    snooze_recommendation,
)
from core.domain.access import Actor
from core.domain.recommendation import READ, RecommendationKind
from core.ports.clock import Clock
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.recommendations import RecommendationFilter, RecommendationReader, RecommendationView

Kinds = Annotated[Sequence[RecommendationKind] | None, QueryParameter(name="kind")]


@get("/recommendations", opt=needs(READ))
async def list_recommendations(
    actor: FromDishka[Actor],
    recommendations: FromDishka[RecommendationReader],
    clock: FromDishka[Clock],
    kinds: Kinds = None,
    product: Text = None,
    site: Text = None,
    category: FromQuery[UUID | None] = None,
    snoozed: FromQuery[bool] = False,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[RecommendationView]:
    """What is recommended at the sites within reach, first what counts most: by how urgent it is, what is at stake, what one works with,
    and what one and those of the same role accepted and dismissed so far."""
    wanted = RecommendationFilter(kinds or (), product, site, category, snoozed)
    return await recommendations.recommendations(actor, wanted, clock.now(), limit, cursor, total=bool(include))


@post("/recommendations/{recommendation_id:uuid}/accept", opt=needs(READ, keyed=True), status_code=200)
async def accept_one_recommendation(
    recommendation_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    if_match: IfMatch = None,
) -> Response[RecommendationDone]:
    """Does what is recommended, which takes the same rights as doing it by its own route."""
    done = await run(accept_recommendation, actor, (recommendation_id, known_version(if_match)), key)
    return replayable(done.result, replayed=done.replayed, status_code=200)


@post("/recommendations/{recommendation_id:uuid}/dismiss", opt=needs(READ), status_code=200)
async def dismiss_one_recommendation(
    recommendation_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> RecommendationDone:
    """Leaves it, for everybody, until it is graver by far. That is for those who may accept it."""
    return (await run(dismiss_recommendation, actor, (recommendation_id, known_version(if_match)))).result


@post("/recommendations/{recommendation_id:uuid}/snooze", opt=needs(READ), status_code=200)
async def snooze_one_recommendation(
    recommendation_id: FromPath[UUID],
    data: JSONBody[SnoozeRecommendation],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
) -> RecommendationSnoozed:
    """Puts it off until a day, for oneself alone."""
    return (await run(snooze_recommendation, actor, (recommendation_id, data))).result


router = DishkaRouter(
    "/",
    route_handlers=[
        list_recommendations,
        accept_one_recommendation,
        dismiss_one_recommendation,
        snooze_one_recommendation,
    ],
    tags=["insight"],
)
