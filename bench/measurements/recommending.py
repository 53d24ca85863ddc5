"""Looks for what is to be recommended in a company of 100,000 products with a year of trade behind them."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from adapters.postgres.engine import Database, Scope
from adapters.postgres.recommending.recommender import PostgresRecommender
from bench.processor_time import processor_seconds
from bench.results import Figure
from bench.stage import Stage
from bench.year_of_trade import trade_for_a_year
from core.domain.access import Actor
from core.domain.recommendation import RecommendationKind

PRODUCTS, SITES = 100_000, 2
# Two rest on proposals, which nobody made here; what leaves no more is dead after a year.
_NOT_HERE = {RecommendationKind.RESTOCK, RecommendationKind.TRANSFER, RecommendationKind.SLOW_STOCK}
_FOUND = "SELECT kind, count(*) FROM recommendation GROUP BY kind"

Taken = tuple[float, float]
"""Seconds, and those of PostgreSQL's processor time."""


class NothingFoundError(Exception):
    """Of some kind nothing was recommended, so the time that it took would mean nothing."""


def measure(stage: Stage) -> Iterator[Figure]:
    """Seconds of the first look, which writes all that it finds, and of one that finds the same again."""
    product = stage.new_product("recommending", PRODUCTS, SITES)
    trade_for_a_year(product.database_url, product.admin.company, PRODUCTS, SITES, datetime.now(UTC))
    product.tidy()
    (first, again), found = asyncio.run(_looks(product.database_url, product.admin, stage.postgres_pid))
    for name, (seconds, processor) in (("first look", first), ("look again", again)):
        details = {"postgres_seconds": round(processor, 1), "found": sum(found.values())}
        yield Figure(f"recommendations of 100,000 products, {name}", "pirwa", round(seconds, 1), "s", details)


async def _looks(url: str, admin: Actor, postgres: int) -> tuple[list[Taken], dict[str, int]]:
    database = Database(url, statement_timeout="600s")
    await database.open()
    recommender, taken, now = PostgresRecommender(database), list[Taken](), datetime.now(UTC)
    for _ in range(2):
        begun, used = time.perf_counter(), processor_seconds(postgres)
        await recommender.look(admin.company, now)
        taken.append((time.perf_counter() - begun, processor_seconds(postgres) - used))
    found: dict[str, int] = dict(await database.fetch(Scope(admin.company), _FOUND))
    await database.close()
    if missing := {kind.value for kind in set(RecommendationKind) - _NOT_HERE} - found.keys():
        raise NothingFoundError(str(missing))
    return taken, found
