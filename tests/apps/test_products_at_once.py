"""Many products changed by one request: those that are named, or all that a list with its filters shows."""

from typing import Any

import pytest

from adapters.postgres.engine import Database
from core.commands.product_choice import CHUNK, MOST_MATCHING
from core.domain.ids import new_id
from tests.api import Api, Client
from tests.shop import open_shop

pytestmark = pytest.mark.anyio

PATH = "/products:set-active"
INSERT = """
    INSERT INTO product (company_id, id, sku, name)
    SELECT %s, gen_random_uuid(), 'P' || n, 'Product' FROM generate_series(%s::int, %s::int) n
"""


async def three(api: Api) -> None:
    """CUP is in stock at GYE, BOX at UIO, TEA nowhere."""
    for sku in ("CUP", "BOX", "TEA"):
        await api.shop.product(sku)
    await api.shop.post("receipt", "CUP", 3, site="GYE")
    await api.shop.post("receipt", "BOX", 3)


async def states(client: Client) -> dict[str, bool]:
    items = (await client.get_ok("/products", sort="sku"))["items"]
    return {item["sku"]: item["active"] for item in items}


async def listed(client: Client, **query: Any) -> list[dict[str, Any]]:
    items = (await client.get_ok("/products", sort="sku", **query))["items"]
    return [{"id": item["id"], "version": item["version"]} for item in items]


def by_id(items: list[dict[str, Any]]) -> set[tuple[str, int]]:
    return {(item["id"], item["version"]) for item in items}


def faults_of(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer["errors"]]


async def test_all_that_a_filter_finds_change_at_once_and_what_changed_can_be_undone(api: Api) -> None:
    await three(api)
    client = await api.client("admin")
    done = await client.post_ok(PATH, {"active": False, "matching": {"out": True, "site": "GYE"}})
    assert await states(client) == {"BOX": False, "CUP": True, "TEA": False}
    assert done["passed_over"] == []
    assert by_id(done["items"]) == by_id(await listed(client, active=False))
    undone = await client.post_ok(PATH, {"active": True, "products": done["items"]})
    assert [len(undone[part]) for part in ("items", "passed_over")] == [2, 0]
    assert set((await states(client)).values()) == {True}
    told = await api.shop.event_types("product_changed", "product_deactivated")
    assert sorted(map(str, told)) == ["product_changed"] * 2 + ["product_deactivated"] * 2
    assert (await client.post_ok(PATH, {"active": True, "matching": {}}))["items"] == []


async def test_what_somebody_else_changed_meanwhile_stays_as_it_is(api: Api) -> None:
    """Seen to fail when nobody looked at the versions."""
    await three(api)
    client = await api.client("admin")
    seen = await listed(client)
    moved = seen[0]["id"]
    assert (await client.patch(f"/products/{moved}", json={"price": "9"})).is_success
    done = await client.post_ok(PATH, {"active": False, "products": seen})
    assert (done["passed_over"], len(done["items"])) == ([moved], 2)
    assert await states(client) == {"BOX": True, "CUP": False, "TEA": False}


async def test_a_choice_is_names_or_a_filter_and_every_unknown_name_is_told(api: Api) -> None:
    await three(api)
    client = await api.client("admin")
    one, nobody = (await listed(client))[0], {"id": str(new_id())}
    for body, faults in (
        ({}, [("/products", "required")]),
        ({"products": []}, [("/products", "out_of_range")]),
        ({"products": [one], "matching": {}}, [("/matching", "not_allowed")]),
        ({"products": [nobody, one, nobody]}, [("/products/0/id", "not_found"), ("/products/2/id", "not_found")]),
    ):
        answer = await client.send_json(PATH, {"active": False, **body})
        assert (answer.status_code, faults_of(answer.json())) == (422, faults)
    answer = await client.send_json(PATH, {"active": False, "matching": {"colour": "red", "q": ""}})
    assert answer.status_code in (400, 422)
    assert set((await states(client)).values()) == {True}


async def test_more_than_can_be_changed_at_once_are_refused_as_a_whole(api: Api) -> None:
    """Only what is to change counts: all but one are switched off already when the second request asks."""
    client = await api.client("admin")
    for first in range(0, MOST_MATCHING + 1, CHUNK):
        last = min(first + CHUNK - 1, MOST_MATCHING)
        await api.shop.fetch(INSERT, api.shop.company_id, first, last)
    for path, body in ((PATH, {"active": False}), ("/products:assign-barcodes", {})):
        answer = await client.send_json(path, {**body, "matching": {}})
        told = answer.json()
        assert (answer.status_code, told["code"], told["most"]) == (422, "too_many_products", MOST_MATCHING)
        assert faults_of(told) == [("/matching", "too_many")]
    assert (await client.get_ok("/products", active=False))["items"] == []
    assert len((await client.post_ok(PATH, {"active": False, "matching": {"q": "p2000"}}))["items"]) == 1
    assert len((await client.post_ok(PATH, {"active": False, "matching": {}}))["items"]) == MOST_MATCHING


async def test_a_filter_finds_what_the_caller_is_shown_and_nothing_of_other_companies(
    api: Api, database: Database
) -> None:
    """The reach counts as in lists: who looks after UIO finds CUP, which is at GYE alone, among what is out."""
    await three(api)
    other = Api(api.app, await open_shop(database), api.tokens)
    await three(other)
    client = await api.client("admin", "UIO")
    await client.post_ok(PATH, {"active": False, "matching": {"out": True}})
    assert await states(client) == {"BOX": True, "CUP": False, "TEA": False}
    assert set((await states(await other.client("admin"))).values()) == {True}


async def test_who_may_not_delete_products_may_not_deactivate_them_either(api: Api) -> None:
    await three(api)
    answer = await (await api.client("employee")).send_json(PATH, {"active": False, "matching": {}})
    assert answer.status_code == 403


async def test_own_barcodes_for_all_that_a_filter_finds(api: Api) -> None:
    await three(api)
    client = await api.client("admin")
    given = await client.post_ok("/products:assign-barcodes", {"matching": {"q": "product"}})
    assert len(given["items"]) == 3
    assert (await client.post_ok("/products:assign-barcodes", {"matching": {}}))["items"] == []
    versions = {item["version"] for item in await listed(client)}
    assert versions == {2}
