"""Stock counts: managers plan and decide, people at the site count."""

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
from core.commands.stock_count_decisions import (
    RecountLines,
    SubmitCount,
    approve_count,
    recount_lines,
    submit_count,
)
from core.commands.stock_count_figures import FiguresRecorded, RecordFigures, record_figures
from core.commands.stock_counts import (
    ChangeCount,
    CountReason,
    PlanCount,
    cancel_count,
    change_count,
    delete_count,
    plan_count,
)
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.stock_count import CountState, LineState
from core.ports.clock import Clock
from core.ports.stock_counts import CountLineView, StockCountView
from core.ports.stock_ledger import IdempotencyKey
from core.ports.storage import Outcome, Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.stock_counts import CountFilter, CountSummary, LineFilter, StockCountReader

_READ = needs("count:read")


def _answer(done: Outcome[StockCountView], status_code: int = 200) -> Response[StockCountView]:
    response = replayable(done.result, replayed=done.replayed, status_code=status_code)
    response.headers["ETag"] = etag(done.result.version)
    return response


@post("/stock/counts", opt=needs("count:plan", keyed=True))
async def plan_new_count(
    data: JSONBody[PlanCount], actor: FromDishka[Actor], run: FromDishka[Run], key: FromDishka[IdempotencyKey]
) -> Response[StockCountView]:
    """Plans a count: of the whole site, a category, some products, classes of consumption, or those whose turn it is."""
    return _answer(await run(plan_count, actor, data, key), 201)


@get("/stock/counts", opt=_READ)
async def list_counts(
    actor: FromDishka[Actor],
    counts: FromDishka[StockCountReader],
    states: Annotated[list[CountState] | None, QueryParameter(name="state")] = None,
    site: Text = None,
    include: FromQuery[list[Literal["total"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[CountSummary]:
    """The counts of the sites within reach, newest first."""
    return await counts.counts(actor, CountFilter(states or (), site), limit, cursor, total=bool(include))


@get("/stock/counts/{count_id:uuid}", opt=_READ)
async def show_count(
    count_id: FromPath[UUID], actor: FromDishka[Actor], counts: FromDishka[StockCountReader]
) -> Response[StockCountView]:
    """One count and how far it is."""
    found = await counts.count(actor, count_id)
    if found is None:
        raise NotFound("count_not_found", "no stock count has this id")
    return _answer(Outcome(found))


@patch("/stock/counts/{count_id:uuid}", opt=needs("count:plan"))
async def change_one_count(
    count_id: FromPath[UUID],
    data: JSONBody[ChangeCount],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[StockCountView]:
    """Changes a count that nobody has begun. With another scope its lines are fixed anew."""
    return _answer(await run(change_count, actor, (count_id, data, known_version(if_match))))


@delete("/stock/counts/{count_id:uuid}", opt=needs("count:plan"))
async def delete_one_count(
    count_id: FromPath[UUID], actor: FromDishka[Actor], run: FromDishka[Run], if_match: IfMatch = None
) -> None:
    """Takes back a count that nobody has begun."""
    await run(delete_count, actor, (count_id, known_version(if_match)))


@get("/stock/counts/{count_id:uuid}/lines", opt=_READ)
async def list_count_lines(
    count_id: FromPath[UUID],
    actor: FromDishka[Actor],
    counts: FromDishka[StockCountReader],
    states: Annotated[list[LineState] | None, QueryParameter(name="state")] = None,
    product: Text = None,
    differing: FromQuery[bool] = False,
    large: FromQuery[bool] = False,
    include: FromQuery[list[Literal["entries"]] | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[CountLineView]:
    """The lines of a count in the order of their places, with `include=entries` all that was said of them."""
    wanted = LineFilter(states or (), product, differing, large, bool(include))
    return await counts.lines(actor, count_id, wanted, limit, cursor)


@post("/stock/counts/{count_id:uuid}/lines", opt=needs("count:count", keyed=True), status_code=200)
async def record_counted_lines(
    count_id: FromPath[UUID],
    data: JSONBody[RecordFigures],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    clock: FromDishka[Clock],
) -> Response[FiguresRecorded]:
    """Says what was counted, up to 1,000 lines; several people may do so at once. The first begins the count."""
    done = await run(record_figures, actor, (count_id, data, clock.now()), key)
    return replayable(done.result, replayed=done.replayed, status_code=200)


@post("/stock/counts/{count_id:uuid}/submit", opt=needs("count:count"), status_code=200)
async def submit_one_count(
    count_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    data: JSONBody[SubmitCount | None] = None,
    if_match: IfMatch = None,
) -> Response[StockCountView]:
    """Hands a count in. Lines that nobody counted are taken for empty or kept as they are, as `uncounted` says."""
    wish = data or SubmitCount()
    return _answer(await run(submit_count, actor, (count_id, wish, known_version(if_match))))


@post("/stock/counts/{count_id:uuid}/recount", opt=needs("count:approve"), status_code=200)
async def recount_some_lines(
    count_id: FromPath[UUID],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    data: JSONBody[RecountLines | None] = None,
    if_match: IfMatch = None,
) -> Response[StockCountView]:
    """Gives a count back for another round: the lines that are named, or all whose difference is large."""
    wish = data or RecountLines()
    return _answer(await run(recount_lines, actor, (count_id, wish, known_version(if_match))))


@post("/stock/counts/{count_id:uuid}/approve", opt=needs("count:approve", "stock:adjust", keyed=True), status_code=200)
async def approve_one_count(
    count_id: FromPath[UUID],
    data: JSONBody[CountReason],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
    if_match: IfMatch = None,
) -> Response[StockCountView]:
    """Agrees to a count and posts what differs, all or nothing. Large differences need count:approve."""
    return _answer(await run(approve_count, actor, (count_id, data, known_version(if_match)), key))


@post("/stock/counts/{count_id:uuid}/cancel", opt=needs("count:plan"), status_code=200)
async def cancel_one_count(
    count_id: FromPath[UUID],
    data: JSONBody[CountReason],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    if_match: IfMatch = None,
) -> Response[StockCountView]:
    """Gives a count up, with a reason."""
    return _answer(await run(cancel_count, actor, (count_id, data, known_version(if_match))))


router = DishkaRouter(
    "/",
    route_handlers=[
        plan_new_count,
        list_counts,
        show_count,
        change_one_count,
        delete_one_count,
        list_count_lines,
        record_counted_lines,
        submit_one_count,
        recount_some_lines,
        approve_one_count,
        cancel_one_count,
    ],
    tags=["stock counts"],
)
