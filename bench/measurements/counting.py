"""A stock count of a large site: what it takes to plan, to record, and to post when every line differs."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from adapters.postgres.bulk_ledger import load_postings
from adapters.postgres.engine import Database, Scope
from adapters.postgres.uow import PostgresRun
from bench.product_shop import product_id
from bench.results import Figure
from bench.stage import Stage
from core.commands.stock_count_decisions import SubmitCount, approve_count, submit_count
from core.commands.stock_count_figures import CountedLine, RecordFigures, record_figures
from core.commands.stock_counts import CountReason, PlanCount, plan_count
from core.domain.access import Actor
from core.domain.stock import ADJUSTMENT, MAX_LINES, Document, DocumentType, Line, Posting, PostingKind
from core.domain.stock_count_figures import MAX_FIGURES

LINES = 20_000
_SITE = "S1"
_IN_THE_BOOKS, _FOUND = Decimal(10), Decimal(9)


class CountIncompleteError(Exception):
    """Not every line was posted, so the time that it took would mean nothing."""


def measure(stage: Stage) -> Iterator[Figure]:
    """Seconds to approve and post 20,000 lines that all differ, as a request does, with the time limits of a request."""
    product = stage.new_product("counting", LINES, 1)
    product.work(lambda database: _stock(database, product.admin))
    product.tidy()
    times = asyncio.run(_count(product.database_url, product.admin))
    details = {f"{name}_seconds": round(seconds, 2) for name, seconds in times.items() if name != "approve"}
    yield Figure("stock count of 20,000 lines, posting", "pirwa", round(times["approve"], 2), "s", details)


async def _stock(database: Database, admin: Actor) -> None:
    async with database.transaction(Scope(admin.company)) as connection:
        await load_postings(connection, admin, datetime.now(UTC), _openings(), lambda _: None)


def _openings() -> Iterator[Posting]:
    for first in range(1, LINES + 1, MAX_LINES):
        numbers = range(first, first + MAX_LINES)
        lines = (Line(product_id(n), ADJUSTMENT, _SITE, _IN_THE_BOOKS, unit_cost=Decimal("2.10")) for n in numbers)
        yield Posting(PostingKind.OPENING, tuple(lines), Document(DocumentType.COUNT))


async def _count(url: str, admin: Actor) -> dict[str, float]:
    """How long each step took, by name."""
    database, times = Database(url), dict[str, float]()
    await database.open()
    run, clock = PostgresRun(database), time.perf_counter
    start = clock()
    count = (await run(plan_count, admin, PlanCount(site=_SITE))).result
    times["plan"] = clock() - start
    start = clock()
    for first in range(1, LINES + 1, MAX_FIGURES):
        lines = [CountedLine(str(product_id(n)), _FOUND) for n in range(first, first + MAX_FIGURES)]
        await run(record_figures, admin, (count.id, RecordFigures(lines), datetime.now(UTC)))
    times["record"] = clock() - start
    start = clock()
    await run(submit_count, admin, (count.id, SubmitCount(), None))
    times["submit"] = clock() - start
    start = clock()
    done = await run(approve_count, admin, (count.id, CountReason("counted"), None))
    times["approve"] = clock() - start
    await database.close()
    if done.result.progress.differing != LINES or len(done.result.postings) * MAX_LINES != LINES:
        raise CountIncompleteError(str(done.result.progress))
    return times
