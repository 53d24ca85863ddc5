"""Counting while others count, sell and approve."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from psycopg import AsyncConnection

from adapters.postgres.ledger import LedgerInTransaction
from core.domain.stock import CUSTOMER, Line, Posting, PostingKind
from tests.api import Api, Client
from tests.apps.stock_counting import approve, deed, figures, lines, plan, said, say, stocked

pytestmark = pytest.mark.anyio


async def test_scans_of_several_people_all_count(api: Api) -> None:
    """Seen to fail when what a line holds is read while the stock is not locked: of 40 scans 20 counted."""
    await stocked(api, "CUP", 100)
    await api.shop.product("FOUND")
    people = [await api.client("operator", "UIO") for _ in range(4)]
    count = await plan(await api.client("manager"))

    async def scan(client: Client) -> None:
        for _ in range(10):
            await say(client, count, said("CUP", 1, "add"), said("FOUND", 2, "add"))

    await asyncio.gather(*(scan(client) for client in people))
    assert await figures(people[0], count, "sku", "counted", "expected") == [("CUP", "40", "100"), ("FOUND", "80", "0")]
    found = await lines(people[0], count, include="entries")
    for line in found:
        by: dict[str, int] = defaultdict(int)
        for entry in line["entries"]:
            by[entry["counted_by"]["id"]] += 1
        assert sorted(by.values()) == [10, 10, 10, 10]
        assert len({entry["counted"] for entry in line["entries"]}) == 40  # each saw all before it


async def test_an_older_figure_that_arrives_late_does_not_replace_a_newer_one(api: Api) -> None:
    await stocked(api, "CUP", 10)
    client = await api.client("manager")
    count = await plan(client)
    earlier = datetime.now(UTC).isoformat()
    await say(client, count, said("CUP", 9))
    [line] = await say(client, count, said("CUP", 4, counted_at=earlier))
    assert line["counted"] == "9"
    [line] = await lines(client, count, include="entries")
    assert [entry["quantity"] for entry in line["entries"]] == ["9", "4"]


@dataclass
class Shelf:
    """What really lies on a shelf. Whoever takes something from it has it in the books before the next person looks."""

    lies: int
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@pytest.mark.promise("I3")
@pytest.mark.parametrize("seed", range(3))
async def test_goods_sold_while_others_count_are_no_difference(api: Api, seed: int) -> None:
    """Of each product some were stolen before; sales go on while people count and carry their figures to the till. What differs is
    what was stolen, exactly, and afterwards the books say what lies there.

    Seen to fail with the expectation read when the count is approved, and with `counted_at` ignored.
    """
    chance = random.Random(seed)
    stolen = {f"P{number}": number for number in range(5)}
    shelves = {sku: Shelf(100 - loss) for sku, loss in stolen.items()}
    for sku in stolen:
        await stocked(api, sku, 100)
    manager, seller = await api.client("manager"), await api.client("operator", "UIO")
    count = await plan(manager)

    async def sell(sku: str) -> None:
        async with shelves[sku].turn:
            taken = chance.randint(1, 3)
            await seller.post_ok("/sales", {"lines": [{"product": sku, "site": "UIO", "quantity": str(taken)}]})
            shelves[sku].lies -= taken

    async def sell_some() -> None:
        for _ in range(8):
            await sell(chance.choice(list(stolen)))

    async def look() -> None:
        client = await api.client("operator", "UIO")
        for sku in chance.sample(list(stolen), len(stolen)):
            async with shelves[sku].turn:
                seen, at = shelves[sku].lies, datetime.now(UTC).isoformat()
            for _ in range(chance.randint(0, 2)):  # on the way to where it is recorded
                await sell(sku)
            await say(client, count, said(sku, seen, counted_at=at))

    await asyncio.gather(sell_some(), sell_some(), look(), look())
    await sell_some()
    count = await deed(manager, count, "submit")
    await sell_some()
    found = dict(await figures(manager, count, "sku", "variance"))
    assert found == {sku: str(-loss) for sku, loss in stolen.items()}
    assert (await approve(manager, count)).is_success
    assert {sku: await api.shop.on_hand_of(sku) for sku in stolen} == {
        sku: shelf.lies for sku, shelf in shelves.items()
    }


async def test_a_figure_is_held_against_every_posting_before_its_moment_and_none_after(api: Api) -> None:
    """Without `counted_at` the moment is that of recording: what the books said then can be computed again from the moves."""
    await stocked(api, "CUP", 1000)
    manager, seller = await api.client("manager"), await api.client("operator", "UIO")
    count = await plan(manager)

    async def sell() -> None:
        for _ in range(20):
            await seller.post_ok("/sales", {"lines": [{"product": "CUP", "site": "UIO", "quantity": "1"}]})

    async def look() -> None:
        for _ in range(15):
            await say(manager, count, said("CUP", 500))

    await asyncio.gather(sell(), sell(), look(), look())
    await expectations_follow_from_moves(api, 30)


async def test_who_counts_waits_for_a_sale_that_is_being_recorded(api: Api) -> None:
    """It was stamped before the figure, so it belongs to what the books said, though it was not yet committed.

    Seen to fail without the lock on the stock.
    """
    await stocked(api, "CUP", 10)
    client = await api.client("manager")
    count = await plan(client)
    sale = Posting(PostingKind.ISSUE, (Line("CUP", "UIO", CUSTOMER, Decimal(4)),))
    async with api.shop.database.transaction(api.shop.scope) as connection:
        await LedgerInTransaction(connection).post(api.shop.admin, [sale])
        counting = asyncio.create_task(say(client, count, said("CUP", 6)))
        await asyncio.wait([counting], timeout=0.5)
    [line] = await counting
    assert (line["expected"], line["variance"]) == ("6", "0")
    await expectations_follow_from_moves(api, 1)


async def expectations_follow_from_moves(api: Api, entries: int) -> None:
    rows = await api.shop.fetch(
        "SELECT e.expected, (SELECT sum(CASE WHEN m.to_site_id IS NULL THEN -m.quantity ELSE m.quantity END) FROM move m"
        " WHERE m.company_id = e.company_id AND m.recorded_at <= e.counted_at) FROM stock_count_entry e"
        " WHERE e.company_id = %s",
        api.shop.company_id,
    )
    assert len(rows) == entries
    assert [expected for expected, _ in rows] == [computed for _, computed in rows]


async def test_a_lot_and_a_backdated_figure_are_held_against_that_lot(api: Api) -> None:
    await api.shop.product("MILK", tracking="lot")
    for lot in ("L1", "L2"):
        await api.shop.post("receipt", "MILK", 10, lot=lot)
    client = await api.client("manager")
    count = await plan(client)
    at = datetime.now(UTC).isoformat()
    for lot in ("L1", "L2"):
        await api.shop.post("issue", "MILK", 3, lot=lot)
    await api.shop.post("receipt", "MILK", 5, lot="L1")
    found = await say(client, count, said("MILK", 10, lot="L1", counted_at=at), said("MILK", 7, lot="L2"))
    assert [(line["lot"], line["expected"], line["variance"]) for line in found] == [
        ("L1", "10", "0"),
        ("L2", "7", "0"),
    ]


@pytest.mark.promise("B1")
async def test_of_two_approvals_one_posts(api: Api) -> None:
    """Seen to fail when the count is read without being locked: the others were refused only because less than nothing would have
    remained (`count_not_postable`)."""
    await stocked(api, "CUP", 10)
    manager = await api.client("manager")
    count = await plan(manager)
    await say(manager, count, said("CUP", 4))
    await deed(manager, count, "submit")
    answers = await asyncio.gather(*(approve(manager, count) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"count_state"}
    assert await api.shop.on_hand_of("CUP") == 4


async def test_nothing_is_counted_after_a_count_is_handed_in(api: Api) -> None:
    for sku in ("CUP", "BOX"):
        await stocked(api, sku, 10)
    client = await api.client("manager")
    count = await plan(client)
    await say(client, count, said("BOX", 10))
    body = {"lines": [said("CUP", 10)]}
    path = f"/stock/counts/{count['id']}"
    scanned, handed_in = await asyncio.gather(
        client.send_json(f"{path}/lines", body), client.send_json(f"{path}/submit", {"uncounted": "zero"})
    )
    assert handed_in.status_code == 200
    [(state, counted)] = await figures(client, count, "state", "counted", product="CUP")
    assert (scanned.status_code, state, counted) in {(200, "counted", "10"), (409, "zero", "0")}


async def test_a_request_takes_the_same_statements_however_many_lines_it_has(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, execute = await api.client("manager"), AsyncConnection.execute
    asked: list[object] = []

    async def counted(connection: AsyncConnection[Any], statement: Any, *more: Any, **options: Any) -> Any:
        asked.append(statement)
        return await execute(connection, statement, *more, **options)

    monkeypatch.setattr(AsyncConnection, "execute", counted)

    async def taken(request: Awaitable[Any]) -> int:
        asked.clear()
        await request
        return len(asked)

    numbers = []
    for size in (2, 40):
        products = [f"P{size}-{number}" for number in range(size)]
        for sku in products:
            await stocked(api, sku, 10)
        scope = {"kind": "products", "products": products}
        planned = await taken(plan(client, scope=scope))
        [count] = (await client.get_ok("/stock/counts", limit=1))["items"]
        figure = await taken(say(client, count, *(said(sku, 9) for sku in products[1:])))
        numbers.append((planned, figure, await taken(deed(client, count, "submit", {"uncounted": "zero"}))))
        assert (await approve(client, count)).json()["progress"]["differing"] == size
    assert numbers[0] == numbers[1]
    assert all(0 < number < 15 for number in numbers[0])
