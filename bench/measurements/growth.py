"""How answers slow down while a ledger, a catalogue or a platform grows: each at several sizes, the last of them large.

`PIRWA_TEST_BENCH_SHARE=0.01` tries it out with a hundredth of each size.
"""

import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database
from bench.large_catalogue import add_companies, lengthen_catalogue
from bench.long_history import MOST_MOVES, PRODUCTS, SITES, lengthen_history, moment_of
from bench.measurements.loads import rate
from bench.product import Product
from bench.product_requests import Reading, Sale
from bench.results import Figure
from bench.stage import Stage

_SHARE = float(os.environ.get("PIRWA_TEST_BENCH_SHARE") or 1)
_MOVES = (1_000_000, 3_000_000, MOST_MOVES)
_CATALOGUE = (10_000, 100_000, 1_000_000)
_COMPANIES = (10, 100, 1_000)
_SECONDS = 4.0
_ROUNDS = 20


def long_history(stage: Stage) -> Iterator[Figure]:
    """Half of the history back, and at its end; a page of it; one sale more. Seconds until the answer over HTTP, for one client."""
    product = stage.new_product("history", PRODUCTS, SITES)
    done = 0
    for moves in _sizes(_MOVES, 4 * PRODUCTS * SITES):
        lengthen_history(product.database_url, product.admin.company, done, moves)
        product.tidy()
        done = moves
        yield _as_of(product, f"stock as of a moment, {moves:,} moves", moment_of(moves // 2))
        yield _as_of(product, f"valuation, {moves:,} moves", moment_of(moves))
        yield _page(product, f"movement history, {moves:,} moves", "/api/v1/stock/moves?product={product}&limit=50")
        yield _sale(product, f"a sale, {moves:,} moves")


def large_catalogue(stage: Stage) -> Iterator[Figure]:
    """A page, a search, one product. Likewise."""
    product = stage.new_product("catalogue", PRODUCTS // 10, SITES)
    done = PRODUCTS // 10
    for products in _sizes(_CATALOGUE, 2_000):
        lengthen_catalogue(product.database_url, product.admin.company, done, products)
        product.tidy()
        done = products
        yield _page(product, f"product list, {products:,} products", "/api/v1/products?limit=50")
        yield _page(product, f"product search, {products:,} products", "/api/v1/products?limit=50&q=number%20777")
        yield _page(product, f"product detail, {products:,} products", "/api/v1/products/{product}")


def many_companies(stage: Stage) -> Iterator[Figure]:
    """One company's page, likewise; and seconds in which a worker finds what is due in all of them."""
    product = stage.new_product("platform", PRODUCTS // 10, SITES)
    done = 0
    for companies in _sizes(_COMPANIES, 10):
        product.work(partial(add_companies, url=product.database_url, done=done, companies=companies))
        product.tidy()
        done = companies
        yield _page(product, f"product list, {companies:,} companies", "/api/v1/products?limit=50")
        yield Figure(f"what is due, {companies:,} companies", "pirwa", product.work_over_all(_look), "s")


def _sizes(whole: Sequence[int], step: int) -> Sequence[int]:
    """The sizes of this run, as multiples of a step."""
    return sorted({max(step, round(size * _SHARE / step) * step) for size in whole})


async def _look(dispatch: Database) -> float:
    """The median of some rounds of what a worker asks when it wakes."""
    due, taken = DueWork(dispatch), list[float]()
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        await due.companies_to_relay()
        await due.deliveries(["core:storefront_sync", "core:replenishment", "core:channel_orders"])
        await due.companies_to_seal()
        await due.companies_to_notify(datetime.now(UTC))
        await due.companies_to_replenish(datetime.now(UTC))
        await due.companies_to_text()
        await due.companies_to_hand_over()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[_ROUNDS // 2]


def _as_of(product: Product, measurement: str, at: datetime) -> Figure:
    return _page(product, measurement, f"/api/v1/stock/as-of?at={at:%Y-%m-%dT%H:%M:%SZ}&limit=50")


def _page(product: Product, measurement: str, target: str) -> Figure:
    result, workers = product.load(partial(Reading, target=target), 1, _SECONDS)
    details = rate(measurement, "pirwa", result, workers=workers).details
    return Figure(measurement, "pirwa", result.p50_ms / 1000, "s", details)


def _sale(product: Product, measurement: str) -> Figure:
    result, workers = product.load(partial(Sale, site="S1"), 1, _SECONDS)
    details = rate(measurement, "pirwa", result, workers=workers).details
    return Figure(measurement, "pirwa", result.p50_ms / 1000, "s", details)
