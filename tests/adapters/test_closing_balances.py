"""Closing balances are written in one pass over the moves of their days, whatever the server knows of its tables."""

from decimal import Decimal

import pytest

from core.domain.stock import SUPPLIER, Document, DocumentType, Line, Posting, PostingKind
from tests.shop import Shop

pytestmark = pytest.mark.anyio

DAYS = 20
PRODUCTS = 200


async def receive_daily(shop: Shop) -> None:
    """A piece of each product on each of the last days."""
    for number in range(PRODUCTS):
        await shop.product(f"P-{number}")
    lines = tuple(Line(f"P-{number}", SUPPLIER, "UIO", Decimal(1), unit_cost=Decimal(2)) for number in range(PRODUCTS))
    await shop.ledger.post(
        shop.admin,
        [
            Posting(PostingKind.RECEIPT, lines, Document(DocumentType.OTHER), effective_at=shop.days_ago(days))
            for days in range(DAYS, 0, -1)
        ],
    )


async def pages_of_closing(shop: Shop, days_ago: int) -> int:
    """How many pages of tables and indexes are looked at to write the closing balances up to that day."""
    [[[explained]]] = await shop.fetch(
        "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT ledger_checkpoint(%s)", shop.day(-days_ago)
    )
    return int(explained["Plan"]["Shared Hit Blocks"] + explained["Plan"]["Shared Read Blocks"])


async def test_a_closing_looks_at_each_move_and_each_balance_once(shop: Shop) -> None:
    """Seen to fail where the last balances were joined to the changes: 400 pages for each balance that was written."""
    await receive_daily(shop)
    first = await pages_of_closing(shop, DAYS // 2)
    second = await pages_of_closing(shop, 1)
    written = await shop.fetch(
        "SELECT day, on_hand, count(*) FROM stock_checkpoint WHERE company_id = app_company() GROUP BY 1, 2 ORDER BY 1"
    )
    assert written == [(shop.day(-days), Decimal(DAYS + 1 - days), PRODUCTS) for days in range(DAYS, 0, -1)]
    assert max(first, second) < 10 * PRODUCTS * DAYS // 2
