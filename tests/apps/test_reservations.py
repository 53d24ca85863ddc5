"""Reservations over HTTP: stock promised, kept, given back."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.api import Api, Client

pytestmark = pytest.mark.anyio


def wanted(*lines: tuple[str, str], site: str = "UIO", **more: object) -> dict[str, object]:
    return {"lines": [{"product": sku, "site": site, "quantity": quantity} for sku, quantity in lines], **more}


async def reserve(client: Client, *lines: tuple[str, str], **more: object) -> list[dict[str, Any]]:
    answer = await client.post_ok("/stock/reservations", wanted(*lines, **more))  # type: ignore[arg-type]
    return list(answer["items"])


async def stock(client: Client, sku: str = "A") -> tuple[str, str]:
    """What is reserved and available of a product at UIO."""
    item = (await client.get_ok("/stock/balances", product=sku, site="UIO"))["items"][0]
    return item["reserved"], item["available"]


async def states(client: Client, **query: object) -> list[tuple[str, str, str]]:
    items = (await client.get_ok("/stock/reservations", **query))["items"]
    return [(item["sku"], item["state"], item["open"]) for item in items]


def let_time_pass(database_url: str, api: Api) -> None:
    """All holds of the company are past their time, and nobody has cleared them away."""
    with psycopg.connect(database_url) as owner:
        owner.execute("SELECT set_config('app.company_id', %s, true)", (str(api.shop.company_id),))
        owner.execute("UPDATE reservation SET expires_at = now() - interval '1 second' WHERE state = 'held'")


@pytest.mark.promise("I4")
async def test_a_hold_keeps_stock_from_others_until_it_is_released(api: Api) -> None:
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 10)
    client = await api.client("operator")
    [held] = await reserve(client, ("A", "7"))
    left = datetime.fromisoformat(held["expires_at"]) - datetime.now(UTC)
    assert held["state"] == "held"
    assert timedelta(minutes=14) < left <= timedelta(minutes=15)
    assert await stock(client) == ("7", "3")
    refused = await client.send_json("/stock/reservations", wanted(("A", "4")))
    assert (refused.status_code, refused.json()["available"]) == (409, "3")
    sold = await client.send_json("/sales", wanted(("A", "4")))
    assert (sold.status_code, sold.json()["available"]) == (409, "3")
    await client.post_ok(f"/stock/reservations/{held['id']}/release", None)
    assert await stock(client) == ("0", "10")
    again = await client.send_json(f"/stock/reservations/{held['id']}/release", None)
    assert (again.status_code, again.json()["code"], again.json()["state"]) == (409, "reservation_state", "released")


async def test_a_sale_that_names_its_reservation_consumes_it(api: Api) -> None:
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 10)
    client = await api.client("operator")
    [promised] = await reserve(client, ("A", "8"), commit=True)
    assert (promised["state"], promised["expires_at"]) == ("committed", None)
    sale = wanted(("A", "5"))
    sale["lines"][0]["reservation"] = promised["id"]  # type: ignore[index]
    await client.post_ok("/sales", sale)
    assert await states(client) == [("A", "committed", "3")]
    assert await stock(client) == ("3", "2")
    sale["lines"][0]["quantity"] = "3"  # type: ignore[index]
    await client.post_ok("/sales", sale)
    assert await states(client) == [("A", "consumed", "0")]
    assert await stock(client) == ("0", "2")


async def test_a_kit_is_reserved_as_its_components_and_given_back_as_a_whole(api: Api) -> None:
    cup, bag = await api.shop.product("CUP"), await api.shop.product("BAG")
    await api.shop.kit("SET", {cup: "2", bag: "1"})
    for sku in ("CUP", "BAG"):
        await api.shop.post("receipt", sku, 10)
    client = await api.client("operator")
    parts = await reserve(client, ("SET", "3"))
    assert {(part["sku"], part["quantity"]) for part in parts} == {("CUP", "6"), ("BAG", "3")}
    await client.post_ok(f"/stock/reservations/{parts[1]['id']}/commit", None)
    assert {state for _, state, _ in await states(client)} == {"committed"}
    await client.post_ok(f"/stock/reservations/{parts[0]['id']}/release", None)
    assert [await stock(client, sku) for sku in ("CUP", "BAG")] == [("0", "10"), ("0", "10")]


async def test_a_sale_of_a_kit_that_names_its_reservation_consumes_every_part(api: Api) -> None:
    cup, bag = await api.shop.product("CUP"), await api.shop.product("BAG")
    await api.shop.kit("SET", {cup: "2", bag: "1"})
    for sku, quantity in (("CUP", 6), ("BAG", 3)):
        await api.shop.post("receipt", sku, quantity)
    client = await api.client("operator")
    parts = await reserve(client, ("SET", "3"), commit=True)
    sale = wanted(("SET", "3"))
    sale["lines"][0]["reservation"] = parts[0]["id"]  # type: ignore[index]
    await client.post_ok("/sales", sale)
    assert {state for _, state, _ in await states(client)} == {"consumed"}
    assert [await stock(client, sku) for sku in ("CUP", "BAG")] == [("0", "0"), ("0", "0")]


async def test_a_hold_past_its_time_is_free_stock_before_anybody_clears_it_away(api: Api, database_url: str) -> None:
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 10)
    client = await api.client("operator")
    [held] = await reserve(client, ("A", "10"))
    let_time_pass(database_url, api)
    assert await stock(client) == ("0", "10")
    [free] = await client.post_ok("/stock/availability", {"products": ["A"]})
    assert {"site": "UIO", "available": "10"} in free["sites"]
    assert await states(client) == await states(client, state="expired") == [("A", "expired", "0")]
    assert await states(client, state="held") == []
    late = await client.send_json(f"/stock/reservations/{held['id']}/commit", None)
    assert (late.status_code, late.json()["state"]) == (409, "expired")
    [other] = await reserve(client, ("A", "6"))
    assert await stock(client) == ("6", "4")
    assert await api.shop.event_types("reservation_expired") == ["reservation_expired"]
    let_time_pass(database_url, api)
    await client.post_ok("/sales", wanted(("A", "10")))
    assert other["state"] == "held"
    assert await stock(client) == ("0", "0")


async def test_a_commitment_outlives_the_time_of_its_hold(api: Api, database_url: str) -> None:
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 10)
    client = await api.client("operator")
    [held] = await reserve(client, ("A", "4"))
    await client.post_ok(f"/stock/reservations/{held['id']}/commit", None)
    let_time_pass(database_url, api)
    assert await states(client) == [("A", "committed", "4")]
    assert await stock(client) == ("4", "6")


@pytest.mark.promise("I4")
async def test_a_loss_shortens_the_least_important_promise_and_says_so(api: Api) -> None:
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 10)
    client = await api.client("operator")
    for quantity, priority in (("4", 0), ("3", 5), ("3", 0)):
        await reserve(client, ("A", quantity), commit=True, priority=priority)
    await api.shop.post("adjustment", "A", -5)
    assert await states(client) == [("A", "short", "0"), ("A", "committed", "3"), ("A", "committed", "2")]
    assert await stock(client) == ("5", "0")
    assert await api.shop.event_types("reservation_shortened") == ["reservation_shortened"] * 2


@pytest.mark.promise("I4")
async def test_the_last_ten_units_are_promised_to_ten_of_fifty(api: Api) -> None:
    """Seen to fail when `ledger_reserve` judges what is free before it holds the lock: `promised` then exceeds the stock,
    and the constraint behind it answers in place of the shortage."""
    await api.shop.product("LAST")
    await api.shop.post("receipt", "LAST", 10)
    client = await api.client("operator")
    answers = await asyncio.gather(*(client.send_json("/stock/reservations", wanted(("LAST", "1"))) for _ in range(50)))
    refused = [answer.json() for answer in answers if answer.status_code != 201]
    assert len(refused) == 40
    assert {(answer["status"], answer["code"], answer["available"]) for answer in refused} == {
        (409, "insufficient_stock", "0")
    }
    assert await stock(client, "LAST") == ("10", "0")


@pytest.mark.promise("I4")
async def test_lines_of_one_request_share_what_there_is(api: Api) -> None:
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 10)
    client = await api.client("operator")
    refused = await client.send_json("/stock/reservations", wanted(("A", "6"), ("a", "6")))
    assert (refused.status_code, refused.json()["errors"][0]["requested"]) == (409, "12")
    assert await states(client) == []


async def test_every_fault_of_a_reservation_is_named_at_once(api: Api) -> None:
    await api.shop.product("A")
    await api.shop.kit("EMPTY", {})
    client = await api.client("operator", "GYE")
    body = wanted(("A", "0"), ("NONE", "1"), ("EMPTY", "1"), site="UIO")
    body["lines"].append({"product": "A", "site": "XXX", "quantity": "NaN"})  # type: ignore[attr-defined]
    body["expires_at"] = (datetime.now(UTC) + timedelta(days=31)).isoformat()
    refused = await client.send_json("/stock/reservations", body)
    assert refused.status_code == 422
    assert sorted((error["pointer"], error["code"]) for error in refused.json()["errors"]) == [
        ("/expires_at", "out_of_range"),
        ("/lines/0/quantity", "out_of_range"),
        ("/lines/0/site", "forbidden"),
        ("/lines/1/product", "not_found"),
        ("/lines/1/site", "forbidden"),
        ("/lines/2/product", "empty_kit"),
        ("/lines/2/site", "forbidden"),
        ("/lines/3/quantity", "not_a_number"),
        ("/lines/3/site", "not_found"),
    ]


async def test_reservations_are_seen_and_touched_only_where_one_works(api: Api) -> None:
    for sku in ("A", "B"):
        await api.shop.product(sku)
        for site in ("UIO", "GYE"):
            await api.shop.post("receipt", sku, 10, site=site)
    everywhere, at_gye = await api.client("operator"), await api.client("operator", "GYE")
    [there] = await reserve(everywhere, ("A", "1"))
    await reserve(everywhere, ("B", "2"), site="GYE")
    assert await states(at_gye) == [("B", "held", "2")]
    assert await states(everywhere, site="uio", product="a") == [("A", "held", "1")]
    for deed in ("commit", "release"):
        missed = await at_gye.send_json(f"/stock/reservations/{there['id']}/{deed}", None)
        assert (missed.status_code, missed.json()["code"]) == (404, "reservation_not_found")
    first = await everywhere.get_ok("/stock/reservations", limit=1, include="total")
    rest = await everywhere.get_ok("/stock/reservations", limit=1, cursor=first["next_cursor"])
    assert (first["total"], [item["sku"] for item in first["items"] + rest["items"]]) == (2, ["B", "A"])


async def test_what_a_transfer_reserved_is_given_back_by_the_transfer_alone(api: Api) -> None:
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 10, unit_cost=Decimal(1))
    client = await api.client("manager")
    body = {"source": "UIO", "destination": "GYE", "lines": [{"product": "A", "quantity": "4"}]}
    transfer = await client.post_ok("/transfers", body)
    [promised] = (await client.get_ok("/stock/reservations"))["items"]
    assert promised["demand"] == {"type": "transfer", "id": transfer["id"], "line": 1}
    refused = await client.send_json(f"/stock/reservations/{promised['id']}/release", None)
    assert (refused.status_code, refused.json()["code"]) == (409, "reservation_of_document")
