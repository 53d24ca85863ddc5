"""The ledger over HTTP."""

from datetime import UTC, datetime

import pytest

from tests.api import Api
from tests.apps.edge_world import assert_problem, pointers

pytestmark = pytest.mark.anyio


def sale(*lines: tuple[str, str], site: str = "UIO", price: str = "5") -> dict[str, object]:
    return {
        "lines": [{"product": sku, "site": site, "quantity": quantity, "unit_price": price} for sku, quantity in lines]
    }


def receipt(sku: str, quantity: str, cost: str = "2", site: str = "UIO") -> dict[str, object]:
    line = {"product": sku, "site": site, "quantity": quantity, "unit_cost": cost}
    return {"kind": "receipt", "document": {"type": "purchase_order", "number": "OC-1"}, "lines": [line]}


async def test_a_sale_is_recorded_and_shown_in_the_kardex_with_its_running_balance(api: Api) -> None:
    await api.shop.product("COFFEE")
    client = await api.client("manager")
    await client.post_ok("/stock/postings", receipt("COFFEE", "10"))
    for quantity in ("1", "2", "3"):
        await client.post_ok("/sales", sale(("COFFEE", quantity)))
    first = await client.get_ok("/stock/moves", product="COFFEE", site="UIO", limit=2)
    rest = await client.get_ok("/stock/moves", product="COFFEE", site="UIO", limit=2, cursor=first["next_cursor"])
    history = first["items"] + rest["items"]
    assert [(move["change"], move["balance"]) for move in history] == [
        ("-3", "4"),
        ("-2", "7"),
        ("-1", "9"),
        ("10", "10"),
    ]
    assert rest["next_cursor"] is None


@pytest.mark.promise("B1")
async def test_a_repeated_request_takes_effect_once(api: Api) -> None:
    product = await api.shop.product("A")
    client = await api.client("operator")
    first = await client.send_json("/stock/postings", receipt("A", "10"), key="same")
    again = await client.send_json("/stock/postings", receipt("A", "10"), key="same")
    other = await client.send_json("/stock/postings", receipt("A", "11"), key="same")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.json()["code"] == "idempotency_key_reused"
    assert await api.shop.on_hand(product) == 10


async def test_what_corrects_a_posting_is_found_by_it(api: Api) -> None:
    await api.shop.product("A")
    client = await api.client("manager")
    await client.post_ok("/stock/postings", receipt("A", "10"))
    wrong = await client.post_ok("/stock/postings", receipt("A", "5"))
    undone = await client.post_ok(f"/stock/postings/{wrong['id']}/reverse", {"reason": "mistaken"})
    sold = await client.post_ok("/sales", sale(("A", "4")))
    one_unit = {"lines": [{"product": sold["lines"][0]["product"], "quantity": "1"}]}
    back = [await client.post_ok(f"/sales/{sold['id']}/return", one_unit) for _ in range(2)]
    of_sale = await client.get_ok("/stock/postings", corrects=sold["id"])
    of_receipt = await client.get_ok("/stock/postings", corrects=wrong["id"])
    assert [one["id"] for one in of_sale["items"]] == [one["id"] for one in reversed(back)]
    assert [one["id"] for one in of_receipt["items"]] == [undone["id"]]


async def test_a_refusal_says_what_is_available(api: Api) -> None:
    await api.shop.product("A")
    client = await api.client("operator")
    await client.post_ok("/stock/postings", receipt("A", "3"))
    refused = await client.send_json("/sales", sale(("A", "5")))
    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["available"]) == ("insufficient_stock", "3")


async def test_every_fault_of_a_posting_is_named_at_once(api: Api) -> None:
    """Those that show in the posting itself, and those that only the ledger knows of. Seen to fail when the second kind was told only once
    the first was mended."""
    client = await api.client("manager")
    lines = [
        {"product": "NONE", "site": "XXX", "quantity": "1"},
        {"product": "NONE", "site": "UIO", "quantity": "0", "unit_price": "-1"},
        {"product": " ", "quantity": "1.1234567"},
    ]
    faults = {
        "/lines/0/product": "not_found",
        "/lines/0/site": "not_found",
        "/lines/1/product": "not_found",
        "/lines/1/quantity": "out_of_range",
        "/lines/1/unit_price": "out_of_range",
        "/lines/2/product": "required",
        "/lines/2/quantity": "too_precise",
        "/lines/2/site": "required",
    }
    refused = await client.send_json("/sales", {"lines": lines})
    assert pointers(assert_problem(refused, 422, "invalid_posting")) == faults
    assert len(refused.json()["errors"]) == len(faults)
    sales = [{"kind": "sale", "lines": lines}, {"kind": "sale", "lines": lines[:1]}]
    for several in (sales[:1], sales):
        refused = await client.send_json("/stock/postings:batch", {"postings": several})
        named = pointers(assert_problem(refused, 422, "invalid_posting"))
        assert {place: named[f"/postings/0{place}"] for place in faults} == faults
        assert len(refused.json()["errors"]) == len(named) == len(faults) + 2 * (len(several) - 1)
    refused = await client.send_json("/sales", {"lines": lines[:1]})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/lines/0/product", "/lines/0/site"]


async def test_a_batch_is_one_transaction_and_points_at_the_posting_that_fails(api: Api) -> None:
    product = await api.shop.product("A")
    client = await api.client("manager")
    batch = {"postings": [receipt("A", "5"), {"kind": "sale", **sale(("A", "9"))}]}
    refused = await client.send_json("/stock/postings:batch", batch)
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["pointer"] == "/postings/1/lines/0/quantity"
    assert await api.shop.on_hand(product) == 0
    batch["postings"][1] = {"kind": "sale", **sale(("A", "5"))}
    assert len((await client.post_ok("/stock/postings:batch", batch))["items"]) == 2


async def test_costs_are_shown_only_to_those_who_may_see_them(api: Api) -> None:
    await api.shop.product("A")
    operator, manager = await api.client("operator"), await api.client("manager")
    posted = await operator.post_ok("/stock/postings", receipt("A", "5"))
    assert posted["lines"][0]["cost"] is None
    shown = await manager.get_ok(f"/stock/postings/{posted['id']}")
    assert shown["lines"][0]["cost"] == "10"
    assert (await operator.get_ok("/stock/moves", product="A"))["items"][0]["cost"] is None
    assert (await operator.get_ok("/stock/as-of", at=now()))["total_value"] is None


def now() -> str:
    return datetime.now(UTC).isoformat()


async def test_stock_as_of_a_past_moment_and_as_it_was_known_then(api: Api) -> None:
    await api.shop.product("A")
    client = await api.client("manager")
    await api.shop.post("receipt", "A", 10, at=api.shop.days_ago(5))
    known = now()
    await api.shop.post("sale", "A", 4, at=api.shop.days_ago(3))

    async def held(**query: str) -> str:
        return str((await client.get_ok("/stock/as-of", **query))["total_on_hand"])

    two_days_ago = api.shop.days_ago(2).isoformat()
    assert await held(at=api.shop.days_ago(4).isoformat()) == "10"
    assert await held(at=two_days_ago) == "6"
    assert await held(at=two_days_ago, known_at=known) == "10"
    assert await held(at=api.shop.days_ago(6).isoformat()) == "0"


async def test_what_was_sold_comes_back_once(api: Api) -> None:
    product = await api.shop.product("A")
    client = await api.client("manager")
    await client.post_ok("/stock/postings", receipt("A", "10"))
    sold = await client.post_ok("/sales", sale(("A", "4")))
    part = {"lines": [{"product": str(product), "quantity": "1"}], "reason": "broken"}
    back = await client.post_ok(f"/sales/{sold['id']}/return", part)
    assert (back["kind"], back["lines"][0]["total"], back["return_of"]) == ("customer_return", "5", sold["id"])
    await client.post_ok(f"/sales/{sold['id']}/return", {})
    assert await api.shop.on_hand(product) == 10
    again = await client.send_json(f"/sales/{sold['id']}/return", {})
    assert (again.status_code, again.json()["code"]) == (409, "already_returned")
    summary = await client.get_ok("/sales/summary", by="product")
    assert [(row["group"], row["quantity"], row["revenue"]) for row in summary] == [("A", "0", "0")]


async def test_an_operator_neither_sees_nor_writes_other_sites(api: Api) -> None:
    await api.shop.product("A")
    admin, operator = await api.client("admin"), await api.client("operator", "GYE")
    posted = await admin.post_ok("/stock/postings", receipt("A", "5"))
    assert (await operator.get(f"/stock/postings/{posted['id']}")).status_code == 404
    assert (await operator.get_ok("/stock/postings"))["items"] == []
    assert (await operator.get_ok("/stock/moves"))["items"] == []
    refused = await operator.send_json("/sales", sale(("A", "1")))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "forbidden"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "since=2026-01-01T00:00:00", "cursor=x", "cursor=WyJcdTAwMDAiLDFd"]
)
async def test_a_parameter_out_of_bounds_is_refused(api: Api, query: str) -> None:
    client = await api.client("manager")
    assert (await client.get(f"/stock/moves?{query}")).status_code in (400, 422)


async def test_a_stale_etag_is_refused(api: Api) -> None:
    client = await api.client("admin")
    site = api.shop.sites["GYE"]
    changed = await client.patch(f"/sites/{site}", json={"name": "Guayaquil"}, headers={"If-Match": '"1"'})
    stale = await client.patch(f"/sites/{site}", json={"name": "Durán"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, stale.status_code) == (200, 412)


async def test_faults_point_into_the_body_that_was_sent(api: Api) -> None:
    """Seen to fail for a batch of one posting, whose faults lacked its index, and for returns, whose faults named a posting."""
    client = await api.client("admin")
    await api.shop.product("A")
    sale = {"kind": "sale", "lines": [{"product": "A", "site": "UIO", "quantity": "1"}]}
    batch = await client.send_json("/stock/postings:batch", {"postings": [sale]})
    assert list(pointers(assert_problem(batch, 409, "insufficient_stock"))) == ["/postings/0/lines/0/quantity"]
    single = await client.send_json("/stock/postings", sale)
    assert list(pointers(assert_problem(single, 409, "insufficient_stock"))) == ["/lines/0/quantity"]
    await api.shop.post("receipt", "A", 3)
    sold = await client.post_ok("/sales", {"lines": sale["lines"]})
    clerk = await api.client("operator")
    reach = {"sites": ["GYE"], "read_sites": None}
    assert (await client.patch(f"/users/{api.users['operator']}", json=reach)).status_code == 200
    returned = await clerk.send_json(f"/sales/{sold['id']}/return", {"reason": "a mistake"})
    assert list(pointers(assert_problem(returned, 422, "invalid_posting"))) == ["/lines/0/site"]
