"""Running low, running out and coming back: told on each crossing and at no other time, whatever is posted."""

from decimal import Decimal
from random import Random

import pytest

from core.commands.stock import PostingLine, RecordPosting, record_posting
from core.domain.errors import Conflict
from core.domain.stock import PostingKind
from core.ports.clock import SystemClock
from tests.shop import Shop

pytestmark = pytest.mark.anyio

PRODUCTS = ("A", "B", "C")
SITES = ("UIO", "GYE")
POSTINGS = 60
ALERTS = (("low_stock", "low_stock_ended"), ("out_of_stock", "back_in_stock"))
Place = tuple[str, str]


class Shelves:
    """What lies where, and the alerts that its changes are to raise."""

    def __init__(self, minimums: dict[Place, int]) -> None:
        self.minimums = minimums
        self.on_hand = dict.fromkeys(((sku, site) for sku in PRODUCTS for site in SITES), 0)
        self.ran_out: set[Place] = set()
        self.alerts: dict[Place, list[str]] = {place: [] for place in self.on_hand}

    def change(self, place: Place, before: int, after: int) -> None:
        if (minimum := self.minimums.get(place)) is not None and (before <= minimum) != (after <= minimum):
            self.alerts[place].append("low_stock" if after <= minimum else "low_stock_ended")
        if before > 0 >= after:
            self.alerts[place].append("out_of_stock")
            self.ran_out.add(place)
        if after > 0 >= before and place in self.ran_out:
            self.alerts[place].append("back_in_stock")
        self.on_hand[place] = after


@pytest.mark.parametrize("seed", range(4))
async def test_every_crossing_is_told_once_and_nothing_else_is(shop: Shop, seed: int) -> None:
    """Random receipts and issues of several lines, products twice in one posting, at a site that may go below zero and one that
    may not. Seen to fail with a crossing told by what lies there after it alone, and with first receipts told as returns."""
    chance = Random(seed)
    await shop.allow_negative("GYE")
    ids = {sku: await shop.product(sku) for sku in PRODUCTS}
    shelves = Shelves({(sku, site): chance.randint(0, 4) for sku in PRODUCTS[:2] for site in SITES})
    for (sku, site), minimum in shelves.minimums.items():
        await shop.fetch("SELECT ledger_set_policy(%s, %s, %s, 9)", ids[sku], shop.sites[site], minimum)
        shelves.alerts[sku, site].append("low_stock")
    for _ in range(POSTINGS):
        kind = chance.choice([PostingKind.RECEIPT, PostingKind.ISSUE])
        lines = [
            (chance.choice(PRODUCTS), chance.choice(SITES), chance.randint(1, 5)) for _ in range(chance.randint(1, 4))
        ]
        await _post(shop, shelves, kind, lines)
    for (sku, site), expected in shelves.alerts.items():
        for alerts in ALERTS:
            rows = await shop.fetch(
                "SELECT type FROM outbox_event WHERE company_id = %s AND type = ANY (%s) AND subject_id = %s AND data ->> 'site' = %s"
                " ORDER BY occurred_at, id",
                *(shop.company_id, list(alerts), ids[sku], str(shop.sites[site])),
            )
            assert [row[0] for row in rows] == [alert for alert in expected if alert in alerts], (sku, site)
    assert sum(len(alerts) for alerts in shelves.alerts.values()) > POSTINGS / 10


async def _post(shop: Shop, shelves: Shelves, kind: PostingKind, lines: list[tuple[str, str, int]]) -> None:
    sign = 1 if kind is PostingKind.RECEIPT else -1
    after = dict(shelves.on_hand)
    for sku, site, quantity in lines:
        after[sku, site] += sign * quantity
    command = RecordPosting(
        kind=kind,
        reason="test",
        lines=[PostingLine(product=sku, quantity=Decimal(quantity), site=site) for sku, site, quantity in lines],
    )
    try:
        await record_posting(shop.ledger, SystemClock(), shop.admin, command, None)
    except Conflict:
        assert any(quantity < 0 for (_, site), quantity in after.items() if site == "UIO")
        return
    for place, quantity in after.items():
        shelves.change(place, shelves.on_hand[place], quantity)
