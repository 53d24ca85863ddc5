"""Lists of products: what is found, in which order, with which stock."""

import random
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from core.commands.reservations import ReservationLine, ReserveStock, reserve_stock
from core.domain.ids import new_id
from tests.api import Api, Client
from tests.shop import Shop

pytestmark = pytest.mark.anyio

SORTS = {"name": "name", "sku": "sku", "created_at": "id"}


async def skus(client: Client, **query: Any) -> list[str]:
    return [item["sku"] for item in (await client.get_ok("/products", **query))["items"]]


async def walk(client: Client, **query: Any) -> list[dict[str, Any]]:
    """All products, page by page."""
    items, cursor = [], None
    while True:
        page = await client.get_ok("/products", **query, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        if (cursor := page["next_cursor"]) is None:
            return items


async def receive(shop: Shop, sku: str, quantity: int, site: str = "UIO") -> None:
    await shop.post("receipt", sku, quantity, site=site, unit_cost=Decimal(1))


async def test_a_product_is_found_by_part_of_its_name_its_sku_or_a_barcode_in_any_form(api: Api) -> None:
    client = await api.client("manager")
    tea = {"sku": "TEA-100%", "name": "Té Verde_A", "barcodes": [{"code": "036000291452"}, {"code": "Shelf7"}]}
    await client.post_ok("/products", tea)
    await client.post_ok("/products", {"sku": "CUP", "name": "Cup"})
    for q in (
        "verde",
        "TÉ V",
        "100%",
        "tea-",
        "036000291452",
        "0036000291452",
        "00036000291452",
        "29145",
        "shelf",
        "E_a",
    ):
        assert await skus(client, q=q) == ["TEA-100%"], q
    for q in ("%", "_", "té  v", "036000291453"):
        assert "CUP" not in await skus(client, q=q), q
    assert await skus(client, q="nothing") == []


async def test_filters_narrow_a_list_together(api: Api) -> None:
    client = await api.client("admin")
    top = (await client.post_ok("/categories", {"name": "Top"}))["id"]
    below = (await client.post_ok("/categories", {"name": "Below", "parent": top}))["id"]
    deepest = (await client.post_ok("/categories", {"name": "Deepest", "parent": below}))["id"]
    for sku, group in (("A", top), ("B", below), ("C", deepest), ("D", None)):
        await client.post_ok("/products", {"sku": sku, "name": sku, "category": group, "active": sku != "B"})
    await client.post_ok("/products", {"sku": "K", "name": "K", "kind": "kit", "category": top})
    assert await skus(client, category=top) == ["A", "B", "C", "K"]
    assert await skus(client, category=below) == ["B", "C"]
    assert await skus(client, category=top, active=True, kind="unit") == ["A", "C"]
    assert await skus(client, active=False) == ["B"]
    assert await skus(client, category=str(new_id())) == []


@pytest.mark.parametrize("sort", SORTS)
async def test_pages_in_every_order_show_every_product_once(api: Api, sort: str) -> None:
    client = await api.client("manager")
    names = ["tea", "Tea", "TEA", "Zumo", "árbol", "agua", "Agua", "b'1"]
    for index, name in enumerate(names):
        await client.post_ok("/products", {"sku": f"{'aB'[index % 2]}-{index}", "name": name})
    up = await walk(client, sort=sort, limit=3)
    down = await walk(client, sort=f"-{sort}", limit=2)
    keys = [(item[SORTS[sort]].lower(), item["id"]) for item in up]
    assert keys == sorted(keys)
    assert [item["id"] for item in down] == [item["id"] for item in reversed(up)]
    assert len(up) == len(names)


async def test_a_total_is_exact_and_only_there_when_asked_for(api: Api) -> None:
    client = await api.client("manager")
    for sku in ("A1", "A2", "A3", "B1"):
        await client.post_ok("/products", {"sku": sku, "name": sku})
    first = await client.get_ok("/products", q="a", limit=2, include="total")
    assert (len(first["items"]), first["total"]) == (2, 3)
    assert (await client.get_ok("/products", limit=2))["total"] is None
    assert await client.get_ok("/products", q="zzz", include="total") == {"items": [], "next_cursor": None, "total": 0}


async def test_a_cursor_of_another_order_or_of_nothing_is_refused(api: Api) -> None:
    client = await api.client("manager")
    for sku in ("A", "B"):
        await client.post_ok("/products", {"sku": sku, "name": sku})
    cursor = (await client.get_ok("/products", limit=1))["next_cursor"]
    nul = "WyJuYW1lIiwiXHUwMDAwIiwiMDFhMWZkZDgtNWE4MC03ZTE0LWI0YTUtYjM5ZTY4ZDQ5ZjA4Il0"
    for query in ({"sort": "sku", "cursor": cursor}, {"cursor": "nonsense"}, {"cursor": nul}):
        refused = await client.get("/products", params=query)
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_cursor")


async def test_every_fault_of_a_query_is_named(api: Api) -> None:
    client = await api.client("manager")
    refused = await client.get(
        "/products", params={"limit": 501, "sort": "cost", "category": "x", "low": "perhaps", "q": ""}
    )
    assert refused.status_code == 422
    assert {fault["pointer"] for fault in refused.json()["errors"]} == {
        f"/query/{name}" for name in ("limit", "sort", "category", "low", "q")
    }


async def test_low_and_out_look_at_one_site_or_at_all_within_reach(api: Api) -> None:
    manager, local = await api.client("manager"), await api.client("operator", "GYE")
    for sku in ("BOTH", "HERE", "NONE"):
        await manager.post_ok("/products", {"sku": sku, "name": sku})
    await receive(api.shop, "BOTH", 5, "UIO")
    await receive(api.shop, "BOTH", 1, "GYE")
    await receive(api.shop, "HERE", 5, "UIO")
    for site in ("UIO", "GYE"):
        await api.shop.fetch(
            "SELECT ledger_set_policy(id, %s, 2, 4) FROM product WHERE sku = 'BOTH'", api.shop.sites[site]
        )
    assert await skus(manager, out=True) == ["NONE"]
    assert await skus(manager, out=True, site="gye") == ["HERE", "NONE"]
    assert await skus(local, out=True) == ["HERE", "NONE"]
    assert await skus(manager, low=True) == ["BOTH"]
    assert await skus(manager, low=True, site="UIO") == []
    assert await skus(manager, low=True, site=str(api.shop.sites["GYE"])) == ["BOTH"]
    assert await skus(local, low=True) == ["BOTH"]
    said = {item["sku"]: item["low"] for item in (await manager.get_ok("/products"))["items"]}
    assert said == {"BOTH": True, "HERE": False, "NONE": False}
    assert [item["low"] for item in (await manager.get_ok("/products", site="UIO", q="both"))["items"]] == [False]


async def test_the_stock_of_sites_out_of_reach_does_not_exist(api: Api) -> None:
    manager, local = await api.client("manager"), await api.client("operator", "GYE")
    tea = (await manager.post_ok("/products", {"sku": "TEA", "name": "Tea"}))["id"]
    await receive(api.shop, "TEA", 5, "UIO")
    await receive(api.shop, "TEA", 2, "GYE")
    seen = {
        "all": (await manager.get_ok("/products"))["items"][0],
        "one": (await manager.get_ok("/products", site="UIO"))["items"][0],
        "own": (await local.get_ok("/products"))["items"][0],
    }
    assert {name: item["on_hand"] for name, item in seen.items()} == {"all": "7", "one": "5", "own": "2"}
    shown = await local.get_ok(f"/products/{tea}")
    assert (shown["on_hand"], [site["code"] for site in shown["stock"]]) == ("2", ["GYE"])
    assert await skus(local, site="UIO") == []
    assert await skus(manager, site="NOWHERE") == []


async def test_available_is_what_is_not_promised(api: Api) -> None:
    client = await api.client("manager")
    tea = (await client.post_ok("/products", {"sku": "TEA", "name": "Tea"}))["id"]
    await receive(api.shop, "TEA", 5)
    promise = ReserveStock([ReservationLine("TEA", "UIO", Decimal(2))])
    await api.shop.run(reserve_stock, api.shop.admin, promise)
    item = (await client.get_ok("/products"))["items"][0]
    assert (item["on_hand"], item["available"]) == ("5", "3")
    assert (await client.get_ok(f"/products/{tea}"))["stock"][0]["promised"] == "2"


@pytest.mark.parametrize("seed", range(3))
async def test_a_kit_is_available_as_often_as_its_components_suffice_at_one_site(api: Api, seed: int) -> None:
    """Against brute force, with components that kits share. Seen to fail with the floor left out."""
    chance, shop = random.Random(seed), api.shop
    units = [await shop.product(f"U{index}") for index in range(4)]
    held: dict[tuple[UUID, str], int] = {}
    for index, unit in enumerate(units):
        for site in chance.sample(["UIO", "GYE", "LAB"], chance.randint(0, 3)):
            held[unit, site] = chance.randint(1, 9)
            await receive(shop, f"U{index}", held[unit, site], site)
    kits = {}
    for number in range(5):
        parts = {unit: chance.choice(["1", "2", "0.75", "3"]) for unit in chance.sample(units, chance.randint(1, 3))}
        kits[await shop.kit(f"K{number}", parts)] = parts
    client, local = await api.client("manager"), await api.client("operator", "UIO")
    for reader, sites in ((client, ["UIO", "GYE", "LAB"]), (local, ["UIO"])):
        listed = {item["id"]: item for item in (await reader.get_ok("/products", kind="kit"))["items"]}
        out = await skus(reader, kind="kit", out=True)
        for kit, parts in kits.items():
            expected = sum(
                min(int(held.get((unit, site), 0) // Decimal(quantity)) for unit, quantity in parts.items())
                for site in sites
            )
            shown = await reader.get_ok(f"/products/{kit}")
            assert (listed[str(kit)]["available"], shown["available"]) == (str(expected), str(expected))
            assert (shown["sku"] in out) == (expected == 0)


async def test_a_kit_without_components_is_never_available(api: Api) -> None:
    client = await api.client("manager")
    await client.post_ok("/products", {"sku": "K", "name": "K", "kind": "kit"})
    assert (await client.get_ok("/products"))["items"][0]["available"] == "0"
    assert await skus(client, out=True) == ["K"]
