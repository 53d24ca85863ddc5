"""Stock and value as of a moment, while the ledger grows and the number of products stays."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from bench.long_history import MOST_MOVES, PRODUCTS, SITES, lengthen_history, moment_of
from bench.measurements.loads import rate
from bench.product import Product
from bench.product_requests import Reading
from bench.results import Figure
from bench.stage import Stage

_SIZES = (1_000_000, 3_000_000, MOST_MOVES)
_SECONDS = 4.0


def measure(stage: Stage) -> Iterator[Figure]:
    """Seconds until the answer over HTTP, for one client: half of the history back, and at its end."""
    product = stage.new_product("growth", PRODUCTS, SITES)
    done = 0
    for moves in _SIZES:
        lengthen_history(product.database_url, product.admin.company, done, moves)
        product.tidy()
        done = moves
        yield _answer(product, f"stock as of a moment, {moves:,} moves", moment_of(moves // 2))
        yield _answer(product, f"valuation, {moves:,} moves", moment_of(moves))


def _answer(product: Product, measurement: str, at: datetime) -> Figure:
    target = f"/api/v1/stock/as-of?at={at:%Y-%m-%dT%H:%M:%SZ}&limit=50"
    result, workers = product.load(partial(Reading, target=target), 1, _SECONDS)
    details = rate(measurement, "pirwa", result, workers=workers).details
    return Figure(measurement, "pirwa", result.p50_ms / 1000, "s", details)
