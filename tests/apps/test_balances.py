"""Balances, availability and stock policies over HTTP."""

from decimal import Decimal
from math import floor
from random import Random
from typing import Any

import pytest

from tests.api import Api, Client

pytestmark = pytest.mark.anyio


async def availability(client: Client, *products: str) -> dict[str, dict[str, str]]:
    found = await client.post_ok("/stock/availability", {"products": list(products)})
    return {one["sku"]: {each["site"]: each["available"] for each in one["sites"]} for one in found}


def policy(sku: str, minimum: str, target: str, site: str = "UIO") -> dict[str, str]:
    return {"product": sku, "site": site, "minimum": minimum, "target": target}


async def put_policies(client: Client, *policies: dict[str, str]) -> Any:
    return await client.send_json("/stock/policies", {"policies": list(policies)}, method="PUT")


async def test_balances_say_what_is_low_and_what_is_out(api: Api) -> None:
    for sku, quantity in (("PLENTY", 100), ("FEW", 5), ("GONE", 2)):
        await api.shop.product(sku)
        await api.shop.post("receipt", sku, quantity)
    await api.shop.post("sale", "GONE", 2)
    client = await api.client("manager")
    assert (await put_policies(client, policy("PLENTY", "5", "50"), policy("FEW", "5", "50"))).json() == {"count": 2}

    async def skus(**query: object) -> list[str]:
        return [item["sku"] for item in (await client.get_ok("/stock/balances", **query))["items"]]

    assert await skus() == ["FEW", "GONE", "PLENTY"]
    assert await skus(low="true") == ["FEW"]
    assert await skus(out="true") == ["GONE"]
    assert await skus(out="false", low="false") == ["PLENTY"]
    [few] = (await client.get_ok("/stock/balances", product="few"))["items"]
    assert (few["minimum"], few["target"], few["low"]) == ("5", "50", True)


async def test_pages_of_balances_follow_each_other_in_the_order_of_skus(api: Api) -> None:
    for sku in ("b", "A", "c"):
        await api.shop.product(sku)
        for site in ("UIO", "GYE"):
            await api.shop.post("receipt", sku, 1, site=site)
    client = await api.client("operator")
    seen, cursor = [], None
    while True:
        query = {"limit": 4, "include": "total"} | ({"cursor": cursor} if cursor else {})
        page = await client.get_ok("/stock/balances", **query)
        assert page["total"] == 6
        seen += [(item["sku"], item["site"]) for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [(sku, site) for sku in ("A", "b", "c") for site in ("GYE", "UIO")]


async def test_stock_is_shown_by_place_and_lot_where_asked_for(api: Api) -> None:
    await api.shop.product("MILK", tracking="lot")
    await api.shop.post("receipt", "MILK", 5, lot="L2", expires_on=api.shop.day(9))
    await api.shop.post("receipt", "MILK", 4, lot="L1", expires_on=api.shop.day(3))
    await api.shop.post("receipt", "MILK", 2, lot="L1", location="QUARANTINE")
    client = await api.client("operator")
    [milk] = (await client.get_ok("/stock/balances", lots="true"))["items"]
    assert (milk["on_hand"], milk["available"]) == ("11", "9")
    assert [(place["location"], place["lot"], place["on_hand"]) for place in milk["places"]] == [
        ("UIO", "L1", "4"),
        ("UIO", "L2", "5"),
        ("UIO/QUARANTINE", "L1", "2"),
    ]
    [short] = (await client.get_ok("/stock/balances"))["items"]
    assert short["places"] is None


async def test_one_sees_the_stock_of_the_sites_where_one_works(api: Api) -> None:
    await api.shop.product("A")
    for site in ("UIO", "GYE"):
        await api.shop.post("receipt", "A", 1, site=site)
    client = await api.client("operator", "GYE")
    assert [item["site"] for item in (await client.get_ok("/stock/balances"))["items"]] == ["GYE"]
    assert (await client.get_ok("/stock/balances", site="UIO"))["items"] == []
    assert await availability(client, "A") == {"A": {"GYE": "1"}}


async def test_a_kit_is_available_as_often_as_its_scarcest_component_allows(api: Api) -> None:
    """Compared with brute force over kits that share components, at every site."""
    chance = Random(20)
    sites = list(api.shop.sites)
    components = {f"C{number}": await api.shop.product(f"C{number}") for number in range(5)}
    stock = {(sku, site): Decimal(chance.randint(0, 40)) / 4 for sku in components for site in sites}
    for (sku, site), quantity in stock.items():
        if quantity:
            await api.shop.post("receipt", sku, str(quantity), site=site)
    recipes = {}
    for number in range(8):
        chosen = chance.sample(sorted(components), chance.randint(1, 4))
        recipes[f"K{number}"] = {sku: Decimal(chance.randint(1, 10)) / 4 for sku in chosen}
        await api.shop.kit(f"K{number}", {components[sku]: str(each) for sku, each in recipes[f"K{number}"].items()})
    client = await api.client("operator")
    await client.post_ok("/stock/reservations", {"lines": [{"product": "K0", "site": "UIO", "quantity": "1"}]})
    found = await availability(client, *components, *recipes)
    for kit, recipe in recipes.items():
        for site in sites:
            most = min(floor(Decimal(found[sku][site]) / each) for sku, each in recipe.items())
            assert found[kit][site] == str(most)


async def test_unknown_products_are_all_named(api: Api) -> None:
    await api.shop.product("A")
    client = await api.client("operator")
    refused = await client.send_json("/stock/availability", {"products": ["X", "A", "Y"]})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/products/0", "/products/2"]
    too_many = await client.send_json("/stock/availability", {"products": ["A"] * 501})
    assert too_many.status_code == 422


async def test_a_policy_raises_its_alert_at_once_and_ends_it_when_it_goes(api: Api) -> None:
    await api.shop.product("A")
    await api.shop.post("receipt", "A", 5)
    client = await api.client("manager")
    await put_policies(client, policy("A", "5", "9"))
    await put_policies(client, policy("A", "6", "9"))
    await put_policies(client, policy("A", "4", "9"))
    await put_policies(client, policy("A", "8", "9"))
    gone = await client.delete("/stock/policies", params={"product": "a", "site": "uio"})
    assert gone.status_code == 204
    alerts = await api.shop.event_types("low_stock", "low_stock_ended")
    assert alerts == ["low_stock", "low_stock_ended", "low_stock", "low_stock_ended"]
    assert (await client.get_ok("/stock/policies"))["items"] == []
    again = await client.delete("/stock/policies", params={"product": "a", "site": "uio"})
    assert (again.status_code, again.json()["code"]) == (404, "policy_not_found")


async def test_policies_are_listed_and_removed_by_version(api: Api) -> None:
    for sku in ("A", "B"):
        await api.shop.product(sku)
    client = await api.client("manager")
    await put_policies(client, policy("A", "0", "0"), policy("B", "1.5", "2.5", "GYE"))
    await put_policies(client, policy("A", "1", "2"))
    page = await client.get_ok("/stock/policies", include="total")
    shown = [(item["sku"], item["site"], item["minimum"], item["target"], item["version"]) for item in page["items"]]
    assert (page["total"], shown) == (2, [("A", "UIO", "1", "2", 2), ("B", "GYE", "1.5", "2.5", 1)])
    query = {"product": "A", "site": "UIO"}
    stale = await client.delete("/stock/policies", params=query, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await client.delete("/stock/policies", params=query, headers={"If-Match": '"2"'})).status_code == 204


async def test_every_fault_of_many_policies_is_named_and_none_of_them_is_set(api: Api) -> None:
    cup = await api.shop.product("CUP")
    await api.shop.kit("SET", {cup: "2"})
    client = await api.client("manager", "UIO")
    sound = policy("CUP", "1", "2")
    refused = await put_policies(
        client,
        sound,
        policy("NONE", "-1", "2"),
        policy("SET", "3", "2"),
        policy("cup", "1", "1" + "0" * 30),
        policy("CUP", "1", "2", "GYE"),
        policy("CUP", "1", "2", "XXX"),
    )
    assert refused.status_code == 422
    assert sorted((error["pointer"], error["code"]) for error in refused.json()["errors"]) == [
        ("/policies/0/product", "repeated"),
        ("/policies/1/minimum", "out_of_range"),
        ("/policies/1/product", "not_found"),
        ("/policies/2/product", "kit"),
        ("/policies/2/target", "below_minimum"),
        ("/policies/3/product", "repeated"),
        ("/policies/3/target", "out_of_range"),
        ("/policies/4/site", "forbidden"),
        ("/policies/5/site", "not_found"),
    ]
    assert (await client.get_ok("/stock/policies"))["items"] == []
    employee = await api.client("operator")
    assert (await put_policies(employee, sound)).status_code == 403
