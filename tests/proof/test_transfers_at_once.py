"""Transfers in all directions at once, by several processes: what there is in all stays what it was, at every moment."""

import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.postgres.engine import Database, Scope
from adapters.postgres.verification import PostgresVerifier
from core.commands.companies import CreateSite, create_site
from core.commands.transfers import recall_transfer
from core.domain.company import CostingMethod, SiteType
from core.domain.ids import parse_id
from tests.proof.crowd import told_by
from tests.proof.profile import amount
from tests.proof.recording import Reach
from tests.proof.tellers import TELLERS
from tests.shop import Shop, open_shop

pytestmark = [pytest.mark.anyio, pytest.mark.promise("I1", "I2")]

SITES = 10
SKUS = ("A", "B", "C", "D")
EACH = 30
_NET = """
    SELECT o.transfer_id, m.product_id FROM move m JOIN posting o ON o.company_id = m.company_id AND o.id = m.posting_id
    JOIN location f ON f.company_id = m.company_id AND f.id = m.from_location_id
    JOIN location t ON t.company_id = m.company_id AND t.id = m.to_location_id
    WHERE m.company_id = %s AND o.transfer_id IS NOT NULL
    GROUP BY 1, 2 HAVING sum(CASE WHEN t.role = 'transit' THEN m.quantity ELSE 0 END)
                      <> sum(CASE WHEN f.role = 'transit' THEN m.quantity ELSE 0 END)
"""


async def bank(database: Database, costing: CostingMethod) -> tuple[Shop, list[str]]:
    """Ten sites with the same goods, and one layer of them each."""
    shop = await open_shop(database, costing)
    for number in range(SITES - len(shop.sites)):
        code = f"S{number}"
        shop.sites[code] = (
            await shop.run(create_site, shop.admin, CreateSite(code, code, SiteType.WAREHOUSE))
        ).result.id
    for sku in SKUS:
        await shop.product(sku)
        for place, site in enumerate(shop.sites):
            await shop.post("receipt", sku, EACH, site=site, unit_cost=Decimal("1.1111") * (place + 1))
    return shop, list(shop.sites)


async def value(shop: Shop) -> Decimal:
    [[worth]] = await shop.fetch("SELECT sum(value) FROM site_stock WHERE company_id = %s", shop.company_id)
    return Decimal(str(worth))


async def deadlocks(database: Database) -> int:
    [[count]] = await database.fetch(
        Scope(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(count)


@pytest.mark.parametrize("costing", list(CostingMethod))
async def test_nothing_is_made_or_lost_between_ten_sites(
    database: Database, database_url: str, costing: CostingMethod, tmp_path: Path, reached: Reach
) -> None:
    """Whoever looks at any moment finds all there is, at the sites or on the way; in the end what it is worth is the same too. Opposite
    transfers of the same products, also of one on several lines, never wait for each other in a circle. Seen to fail, by the
    sums, when the ledger computed balances of stock that it had not locked, and by deadlocks, when transfers left it to the ledger to lock stock."""
    shop, sites = await bank(database, costing)
    worth, before = await value(shop), await deadlocks(database)
    processes, seed = amount(2, 8), random.randrange(10**6)
    arguments: dict[str, Any] = {
        "url": database_url,
        "company": str(shop.company_id),
        "user": str(shop.user_id),
        "sites": sites,
    }
    arguments |= {"skus": SKUS, "seed": seed, "turns": amount(25, 150)}
    told = [
        line
        for each in await told_by(tmp_path, "tests.proof.tellers:bring_about", processes, **arguments)
        for line in each
    ]
    sums = [line[1] for line in told if line[0] == "sums"]
    whole = {sku: Decimal(SITES * EACH) for sku in SKUS}
    assert [each for each in sums if {sku: Decimal(each[sku]) for sku in SKUS} != whole] == [], seed
    answers = sum((Counter(line[1]) for line in told if line[0] == "answers"), Counter[str]())
    assert set(answers) <= {"done", "insufficient_stock", "insufficient_transit"}, answers
    for transfer in (each for line in told if line[0] == "under way" for each in line[1]):
        await _end(shop, transfer)
    assert await shop.fetch(_NET, shop.company_id) == []
    assert await value(shop) == worth
    verifier = PostgresVerifier(database)
    assert not any([await verifier.differences(shop.company_id, "bank", check) for check in verifier.checks])
    assert await deadlocks(database) == before
    reached(
        "I2",
        f"{answers['done']:,} steps of transfers among {SITES} sites by {processes * TELLERS} people in {processes} processes, {costing.value}:"
        f" all {len(sums):,} looks found the same sum; 0 deadlocks",
    )


async def _end(shop: Shop, transfer: str) -> None:
    """Calls back what is still on its way."""
    transfer_id = parse_id(transfer)
    assert transfer_id
    [[state]] = await shop.fetch(
        "SELECT state FROM transfer WHERE company_id = %s AND id = %s", shop.company_id, transfer_id
    )
    if state in ("in_transit", "partially_received"):
        await shop.run(recall_transfer, shop.admin, (transfer_id, None))
