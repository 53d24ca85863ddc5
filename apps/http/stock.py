"""Postings, sales, the movement history, stock as of a moment."""

from typing import Literal
from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from apps.http.idempotency import replayable
from apps.http.parameters import Cursor, Instant, Limit, OptionalInstant, Text, require_zone
from apps.http.rules import needs
from core.commands.stock import (
    RecordBatch,
    RecordPosting,
    RecordSale,
    ReturnSale,
    ReversePosting,
    record_batch,
    record_posting,
    record_sale,
    return_sale,
    reverse_posting,
    without_cost,
)
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.stock import PostingKind
from core.ports.clock import Clock
from core.ports.stock_ledger import IdempotencyKey, Posted, PostingView, StockLedger
from core.ports.storage import PostingReader, Run
from core.queries.paging import DEFAULT_LIMIT, Page
from core.queries.stock import MoveFilter, MoveLine, PostingFilter, SalesRow, StockAsOf, StockReader


def _one(actor: Actor, posted: Posted) -> Response[PostingView]:
    shown = without_cost(actor, posted)
    return replayable(shown.postings[0], replayed=shown.replayed)


def _page_without_cost(actor: Actor, page: Page[PostingView]) -> Page[PostingView]:
    return Page(without_cost(actor, Posted(page.items)).postings, page.next_cursor)


@post("/stock/postings", opt=needs("stock:issue", keyed=True))
async def create_posting(
    data: JSONBody[RecordPosting],
    actor: FromDishka[Actor],
    ledger: FromDishka[StockLedger],
    clock: FromDishka[Clock],
    key: FromDishka[IdempotencyKey],
) -> Response[PostingView]:
    """Records one posting: all of its lines or none."""
    return _one(actor, await record_posting(ledger, clock, actor, data, key))


@post("/stock/postings:batch", opt=needs("stock:issue", keyed=True))
async def create_postings(
    data: JSONBody[RecordBatch],
    actor: FromDishka[Actor],
    ledger: FromDishka[StockLedger],
    clock: FromDishka[Clock],
    key: FromDishka[IdempotencyKey],
) -> Response[Page[PostingView]]:
    """Records several postings, at most 1,000 lines in all, as one transaction."""
    posted = without_cost(actor, await record_batch(ledger, clock, actor, data, key))
    return replayable(Page(posted.postings), replayed=posted.replayed)


@post("/stock/postings/{posting_id:uuid}/reverse", opt=needs("stock:reverse", keyed=True))
async def create_reversal(
    posting_id: FromPath[UUID],
    data: JSONBody[ReversePosting],
    actor: FromDishka[Actor],
    ledger: FromDishka[StockLedger],
    postings: FromDishka[PostingReader],
    key: FromDishka[IdempotencyKey],
) -> Response[PostingView]:
    """Undoes a posting by its mirror image; the original stays."""
    return _one(actor, await reverse_posting(ledger, postings, actor, posting_id, data, key))


@post("/sales", opt=needs("sale:record", keyed=True))
async def create_sale(
    data: JSONBody[RecordSale],
    actor: FromDishka[Actor],
    ledger: FromDishka[StockLedger],
    clock: FromDishka[Clock],
    key: FromDishka[IdempotencyKey],
) -> Response[PostingView]:
    """Records a sale."""
    return _one(actor, await record_sale(ledger, clock, actor, data, key))


@post("/sales/{posting_id:uuid}/return", opt=needs("stock:post", keyed=True))
async def create_sale_return(
    posting_id: FromPath[UUID],
    data: JSONBody[ReturnSale],
    actor: FromDishka[Actor],
    run: FromDishka[Run],
    key: FromDishka[IdempotencyKey],
) -> Response[PostingView]:
    """Takes back what was sold, all that is still out or some of it, at the price and cost of the sale."""
    done = await run(return_sale, actor, (posting_id, data), key)
    return _one(actor, Posted([done.result], done.replayed))


@get("/stock/postings", opt=needs("stock:read"))
async def list_postings(
    actor: FromDishka[Actor],
    stock: FromDishka[StockReader],
    kind: FromQuery[list[PostingKind] | None] = None,
    document: Text = None,
    product: Text = None,
    site: Text = None,
    since: OptionalInstant = None,
    until: OptionalInstant = None,
    corrects: FromQuery[UUID | None] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[PostingView]:
    """Postings, newest first. Those that correct a posting reverse it, or take back some of a sale."""
    require_zone(since=since, until=until)
    wanted = PostingFilter([one.value for one in kind or ()], document, product, site, since, until, corrects)
    return _page_without_cost(actor, await stock.postings(actor, wanted, limit, cursor))


@get("/sales", opt=needs("sale:read"))
async def list_sales(
    actor: FromDishka[Actor],
    stock: FromDishka[StockReader],
    document: Text = None,
    product: Text = None,
    site: Text = None,
    since: OptionalInstant = None,
    until: OptionalInstant = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[PostingView]:
    """Sales, newest first."""
    require_zone(since=since, until=until)
    wanted = PostingFilter([PostingKind.SALE.value], document, product, site, since, until)
    return _page_without_cost(actor, await stock.postings(actor, wanted, limit, cursor))


@get("/stock/postings/{posting_id:uuid}", opt=needs("stock:read"))
async def show_posting(
    posting_id: FromPath[UUID], actor: FromDishka[Actor], stock: FromDishka[StockReader]
) -> PostingView:
    """One posting."""
    found = await stock.posting(actor, posting_id)
    if found is None:
        raise NotFound("posting_not_found", "no posting has this id")
    return without_cost(actor, Posted([found])).postings[0]


@get("/stock/moves", opt=needs("stock:read"))
async def list_moves(
    actor: FromDishka[Actor],
    stock: FromDishka[StockReader],
    product: Text = None,
    site: Text = None,
    since: OptionalInstant = None,
    until: OptionalInstant = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[MoveLine]:
    """The movement history, newest first; with a product, also the balance after each move."""
    require_zone(since=since, until=until)
    return await stock.moves(actor, MoveFilter(product, site, since, until), limit, cursor)


@get("/stock/as-of", opt=needs("stock:read"))
async def show_stock_as_of(
    actor: FromDishka[Actor],
    stock: FromDishka[StockReader],
    at: Instant,
    known_at: OptionalInstant = None,
    site: Text = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> StockAsOf:
    """Quantity and value as of a moment: as effective then, or (`known_at`) as known at a moment."""
    require_zone(at=at, known_at=known_at)
    return await stock.as_of(actor, at, known_at, site, limit, cursor)


@get("/sales/summary", opt=needs("report:read"))
async def summarise_sales(
    actor: FromDishka[Actor],
    stock: FromDishka[StockReader],
    by: FromQuery[Literal["day", "product", "category", "site"]] = "day",
    since: OptionalInstant = None,
    until: OptionalInstant = None,
    site: Text = None,
) -> list[SalesRow]:
    """Sales less returns, by day, product, category or site: at most 5,000 groups."""
    require_zone(since=since, until=until)
    return await stock.sales(actor, by, since, until, site)


router = DishkaRouter(
    "/",
    route_handlers=[
        create_posting,
        create_postings,
        create_reversal,
        create_sale,
        create_sale_return,
        list_postings,
        list_sales,
        show_posting,
        list_moves,
        show_stock_as_of,
        summarise_sales,
    ],
    tags=["stock"],
)
