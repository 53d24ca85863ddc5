"""Categories and products over HTTP: who may do what, what is refused, and how it is said."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from adapters.postgres.engine import Database
from core.domain.ids import new_id
from tests.api import Api, Client
from tests.shop import open_shop

pytestmark = pytest.mark.anyio

GTIN = "4006381333931"


async def category(client: Client, name: str, parent: str | None = None) -> str:
    return str((await client.post_ok("/categories", {"name": name, "parent": parent}))["id"])


async def product(client: Client, sku: str, **fields: object) -> dict[str, Any]:
    return dict(await client.post_ok("/products", {"sku": sku, "name": f"Product {sku}", **fields}))


def faults_of(body: dict[str, Any]) -> set[tuple[str, str]]:
    return {(fault["pointer"], fault["code"]) for fault in body["errors"]}


# ------------------------------------------------------------------ products


async def test_a_product_is_created_with_its_barcodes_and_shown_with_its_stock(api: Api) -> None:
    client = await api.client("manager")
    laptops = await category(client, "Laptops")
    created = await product(
        client,
        "LAP-1",
        category=laptops,
        price="899.90",
        cost=500,
        barcodes=[{"code": GTIN}, {"code": "14006381333938", "pack_quantity": "12"}],
    )
    await api.shop.post("receipt", "lap-1", 3, unit_cost=Decimal(500))
    await api.shop.post("receipt", "LAP-1", 2, site="GYE", unit_cost=Decimal(500))
    shown = await client.get_ok(f"/products/{created['id']}")
    assert shown["category"] == {"id": laptops, "name": "Laptops"}
    assert (shown["price"], shown["cost"], shown["currency"]) == ("899.9", "500", "USD")
    assert [(one["code"], one["pack_quantity"]) for one in shown["barcodes"]] == [(GTIN, "1"), ("14006381333938", "12")]
    assert (shown["on_hand"], shown["available"]) == ("5", "5")
    assert [(site["code"], site["on_hand"]) for site in shown["stock"]] == [("GYE", "2"), ("UIO", "3")]
    assert await api.shop.event_types("product_created") == ["product_created"]


async def test_all_faults_of_a_product_come_in_one_answer_and_nothing_is_written(api: Api) -> None:
    client = await api.client("manager")
    await product(client, "TEA", barcodes=[{"code": GTIN}])
    body = {
        "sku": "tea",
        "name": " ",
        "price": "-1",
        "category": str(new_id()),
        "kind": "kit",
        "tracking": "lot",
        "barcodes": [{"code": f"0{GTIN}"}, {"code": "4006381333932"}, {"code": "X", "pack_quantity": 0}],
        "components": [{"product": "ghost", "quantity": "0"}],
    }
    refused = await client.post("/products", json=body)
    assert refused.status_code == 422
    assert faults_of(refused.json()) == {
        ("/sku", "sku_taken"),
        ("/name", "required"),
        ("/price", "out_of_range"),
        ("/category", "not_found"),
        ("/tracking", "not_allowed"),
        ("/barcodes/0/code", "barcode_taken"),
        ("/barcodes/1/code", "gtin_check_digit"),
        ("/barcodes/2/pack_quantity", "out_of_range"),
        ("/components/0/product", "not_found"),
        ("/components/0/quantity", "out_of_range"),
    }
    assert (await client.get_ok("/products", include="total"))["total"] == 1


async def test_of_many_who_create_one_sku_at_once_one_does(api: Api) -> None:
    client = await api.client("manager")
    skus = ["Race", "RACE", "race", "rAcE"] * 4
    answers = await asyncio.gather(*(client.post("/products", json={"sku": sku, "name": "R"}) for sku in skus))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 15]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"sku_taken"}
    assert (await client.get_ok("/products", include="total"))["total"] == 1
    assert await api.shop.event_types("product_created") == ["product_created"]


async def test_who_changes_a_product_that_somebody_else_changed_meanwhile_is_told(api: Api) -> None:
    client = await api.client("manager")
    created = await client.post("/products", json={"sku": "TEA", "name": "Tea"})
    path, seen = f"/products/{created.json()['id']}", {"If-Match": created.headers["ETag"]}
    first = await client.patch(path, json={"price": "2.5"}, headers=seen)
    second = await client.patch(path, json={"price": "3"}, headers=seen)
    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 412, "stale_version")
    assert (await client.get(path)).headers["ETag"] == first.headers["ETag"] == '"2"'
    assert (await client.get_ok(path))["price"] == "2.5"
    refused = [
        await client.put(f"{path}/components", json={"components": []}, headers=seen),
        await client.delete(f"{path}/barcodes/x", headers=seen),
        await (await api.client("admin")).delete(path, headers=seen),
    ]
    assert [answer.status_code for answer in refused] == [412, 412, 412]


async def test_a_change_names_what_changed_and_one_that_changes_nothing_is_none(api: Api) -> None:
    client = await api.client("manager")
    path = f"/products/{(await product(client, 'TEA', price='2.50'))['id']}"
    await client.patch(path, json={"price": "2.5000", "name": "Product TEA"})
    changed = await client.patch(path, json={"price": "2.75", "sku": "tea-1", "description": "green\nloose"})
    assert changed.json()["version"] == 2
    rows = await api.shop.fetch("SELECT data FROM outbox_event WHERE type = 'product_changed'")
    assert rows == [({"sku": "tea-1", "changed": ["sku", "description", "price"]},)]


async def test_a_sku_can_change_its_case_but_not_to_one_that_is_taken(api: Api) -> None:
    client = await api.client("manager")
    path = f"/products/{(await product(client, 'TEA'))['id']}"
    await product(client, "COFFEE")
    assert (await client.patch(path, json={"sku": "Tea"})).status_code == 200
    taken = await client.patch(path, json={"sku": "coffee"})
    assert (taken.status_code, taken.json()["code"], faults_of(taken.json())) == (
        409,
        "sku_taken",
        {("/sku", "sku_taken")},
    )


async def test_a_product_with_a_history_is_deactivated_instead_of_deleted(api: Api) -> None:
    admin = await api.client("admin")
    moved, fresh = (
        (await product(admin, "MOVED"))["id"],
        (await product(admin, "FRESH", barcodes=[{"code": GTIN}]))["id"],
    )
    await api.shop.post("receipt", "MOVED", 1, unit_cost=Decimal(1))
    refused = await admin.delete(f"/products/{moved}")
    assert (refused.status_code, refused.json()["code"]) == (409, "product_has_history")
    assert (await admin.patch(f"/products/{moved}", json={"active": False})).json()["active"] is False
    assert (await admin.delete(f"/products/{fresh}")).status_code == 204
    assert (await admin.get(f"/products/{fresh}")).status_code == 404
    kinds = ("product_deactivated", "product_deleted", "product_changed")
    assert await api.shop.event_types(*kinds) == ["product_deactivated", "product_deleted"]


async def test_a_kit_that_was_sold_and_a_product_in_a_kit_stay(api: Api) -> None:
    admin = await api.client("admin")
    cup = await product(admin, "CUP")
    kit = await product(admin, "SET", kind="kit", components=[{"product": "cup", "quantity": 2}])
    in_kit = await admin.delete(f"/products/{cup['id']}")
    assert (in_kit.status_code, in_kit.json()["code"], in_kit.json()["kits"]) == (409, "product_in_kit", ["SET"])
    await api.shop.post("receipt", "CUP", 4, unit_cost=Decimal(1))
    await api.shop.sell(("SET", 1))
    await admin.put(f"/products/{kit['id']}/components", json={"components": []})
    assert (await admin.delete(f"/products/{kit['id']}")).json()["code"] == "product_has_history"


async def test_tracking_is_fixed_once_stock_has_moved(api: Api) -> None:
    client = await api.client("manager")
    path = f"/products/{(await product(client, 'MILK'))['id']}"
    assert (await client.patch(path, json={"tracking": "lot"})).json()["tracking"] == "lot"
    await api.shop.post("receipt", "MILK", 1, lot="L1", unit_cost=Decimal(1))
    refused = await client.patch(path, json={"tracking": "none"})
    assert (refused.status_code, refused.json()["code"]) == (409, "tracking_fixed")
    assert faults_of(refused.json()) == {("/tracking", "tracking_fixed")}


async def test_a_barcode_is_unique_in_every_written_form_and_goes_by_any_of_them(api: Api) -> None:
    client = await api.client("manager")
    tea, coffee = (await product(client, "TEA"))["id"], (await product(client, "COFFEE"))["id"]
    assert (await client.post(f"/products/{tea}/barcodes", json={"code": "036000291452"})).status_code == 201
    taken = await client.post(f"/products/{coffee}/barcodes", json={"code": "0036000291452"})
    assert (taken.status_code, faults_of(taken.json())) == (409, {("/code", "barcode_taken")})
    wrong = await client.post(f"/products/{coffee}/barcodes", json={"code": "036000291453", "pack_quantity": "-1"})
    assert faults_of(wrong.json()) == {("/code", "gtin_check_digit"), ("/pack_quantity", "out_of_range")}
    assert (await client.delete(f"/products/{coffee}/barcodes/036000291452")).status_code == 404
    assert (await client.delete(f"/products/{tea}/barcodes/0036000291452")).status_code == 204
    shelf = await client.post(f"/products/{tea}/barcodes", json={"code": "SHELF 7/B"})
    assert [one["code"] for one in shelf.json()["barcodes"]] == ["SHELF 7/B"]
    assert (await client.delete(f"/products/{tea}/barcodes/SHELF%207/B")).status_code == 204


async def test_a_component_is_a_unit_named_once(api: Api) -> None:
    client = await api.client("manager")
    cup = (await product(client, "CUP"))["id"]
    kit = (await product(client, "SET", kind="kit"))["id"]
    parts = [{"product": "cup", "quantity": "1"}, {"product": cup, "quantity": "2"}, {"product": "SET", "quantity": 1}]
    refused = await client.put(f"/products/{kit}/components", json={"components": parts})
    assert faults_of(refused.json()) == {("/components", "repeated"), ("/components/2/product", "kit")}
    stored = await client.put(f"/products/{kit}/components", json={"components": parts[:1]})
    assert [(one["sku"], one["quantity"]) for one in stored.json()["components"]] == [("CUP", "1")]
    assert (await client.put(f"/products/{cup}/components", json={"components": []})).json()["code"] == "not_a_kit"


# ------------------------------------------------------------------ categories


async def test_the_category_tree(api: Api) -> None:
    client = await api.client("manager")
    office, electronics = await category(client, "Oficina"), await category(client, "Electrónica")
    phones = await category(client, "Celulares", electronics)
    smart = await category(client, "Smartphones", phones)
    assert (await client.get_ok(f"/categories/{smart}"))["path"] == ["Electrónica", "Celulares", "Smartphones"]
    moved = await client.patch(f"/categories/{phones}", json={"parent": office, "name": "Móviles"})
    assert (moved.json()["level"], moved.json()["path"]) == ("subcategory", ["Oficina", "Móviles"])
    assert (await client.get_ok(f"/categories/{smart}"))["path"] == ["Oficina", "Móviles", "Smartphones"]
    top = await client.patch(f"/categories/{phones}", json={"parent": None})
    assert top.json()["level"] == "category"
    tree = (await client.get_ok("/categories"))["items"]
    names = [(node["name"], [child["name"] for child in node["children"]]) for node in tree]
    assert names == [("Electrónica", []), ("Móviles", ["Smartphones"]), ("Oficina", [])]
    assert tree[1]["children"][0]["level"] == "subcategory"


async def test_a_category_tells_how_many_products_are_in_and_below_it(api: Api) -> None:
    client = await api.client("manager")
    top = await category(client, "Top")
    below = await category(client, "Below", top)
    for sku, where in (("A", top), ("B", below), ("C", below), ("D", None)):
        await product(client, sku, category=where)
    tree = (await client.get_ok("/categories", include="products"))["items"]
    assert (tree[0]["products"], tree[0]["children"][0]["products"]) == (3, 2)
    assert (await client.get_ok("/categories"))["items"][0]["products"] is None


async def test_a_category_in_use_is_not_deleted(api: Api) -> None:
    admin = await api.client("admin")
    top = await category(admin, "Top")
    below = await category(admin, "Below", top)
    await product(admin, "A", category=below)
    assert [(await admin.delete(f"/categories/{one}")).json()["code"] for one in (top, below)] == [
        "category_in_use"
    ] * 2
    free = await category(admin, "Free")
    stale = await admin.delete(f"/categories/{free}", headers={"If-Match": '"2"'})
    assert (stale.status_code, (await admin.delete(f"/categories/{free}")).status_code) == (412, 204)


async def test_a_category_is_refused_with_all_its_faults(api: Api) -> None:
    client = await api.client("manager")
    await category(client, "Taken")
    refused = await client.post("/categories", json={"name": "", "parent": str(new_id())})
    assert faults_of(refused.json()) == {("/name", "required"), ("/parent", "not_found")}
    assert (await client.post("/categories", json={"name": "Taken"})).status_code == 409
    empty = await client.patch(f"/categories/{await category(client, 'Other')}", json={})
    assert empty.status_code == 422


# ------------------------------------------------------------------ who may what

DEEDS = {
    "list categories": ("GET", "/categories", None),
    "create a category": ("POST", "/categories", {"name": "New"}),
    "delete a category": ("DELETE", "/categories/{category}", None),
    "list products": ("GET", "/products", None),
    "create a product": ("POST", "/products", {"sku": "NEW", "name": "New"}),
    "edit a product": ("PATCH", "/products/{product}", {"name": "Other"}),
    "deactivate a product": ("PATCH", "/products/{product}", {"active": False}),
    "look up": ("GET", "/lookup?code=TEA", None),
    "export": ("GET", "/products:export", None),
    "delete a product": ("DELETE", "/products/{product}", None),
}
ALL = set(DEEDS)
OPERATOR = {"list products", "look up"}
READER = OPERATOR | {"list categories"}
MAY = {
    "admin": ALL,
    "manager": ALL - {"delete a category", "deactivate a product", "delete a product"},
    "operator": OPERATOR,
    "employee": READER | {"create a product", "edit a product"},
    "requester": READER,
    "auditor": {"look up"},
    "viewer": READER | {"export"},
}


@pytest.mark.parametrize("role", MAY)
async def test_each_role_may_do_its_deeds_and_no_other(api: Api, role: str) -> None:
    admin, client = await api.client("admin"), await api.client(role)
    ids = {"category": await category(admin, "Free"), "product": (await product(admin, "TEA"))["id"]}
    done = set()
    for deed, (method, path, body) in DEEDS.items():
        answer = await client.request(method, path.format(**ids), json=body)
        assert answer.is_success or answer.status_code == 403, answer.text
        done |= {deed} if answer.is_success else set()
    assert done == MAY[role]


async def test_a_cost_shows_only_to_those_who_may_see_it(api: Api) -> None:
    manager, employee = await api.client("manager"), await api.client("employee")
    path = f"/products/{(await product(manager, 'TEA', cost='1.25'))['id']}"
    assert (await manager.get_ok(path))["cost"] == "1.25"
    assert (await employee.get_ok(path))["cost"] is None
    assert "cost" not in (await employee.get_ok("/products"))["items"][0]
    written = [
        await employee.patch(path, json={"cost": "9"}),
        await employee.post("/products", json={"sku": "X", "name": "X", "cost": "9"}),
        await employee.get("/products", params={"sort": "cost"}),
    ]
    assert [answer.status_code for answer in written] == [403, 403, 422]
    assert (await manager.get_ok(path))["cost"] == "1.25"


async def test_another_company_finds_nothing_by_foreign_ids(api: Api, database: Database) -> None:
    own = await api.client("admin")
    theirs = Api(api.app, await open_shop(database), api.tokens)
    stranger = await theirs.client("admin")
    group = await category(own, "Own")
    tea = (await product(own, "TEA", category=group, barcodes=[{"code": GTIN}]))["id"]
    answers = [
        await stranger.get(f"/products/{tea}"),
        await stranger.patch(f"/products/{tea}", json={"name": "Mine"}),
        await stranger.delete(f"/products/{tea}"),
        await stranger.put(f"/products/{tea}/components", json={"components": []}),
        await stranger.post(f"/products/{tea}/barcodes", json={"code": "96385074"}),
        await stranger.delete(f"/products/{tea}/barcodes/{GTIN}"),
        await stranger.get(f"/products/{tea}/images"),
        await stranger.get(f"/categories/{group}"),
        await stranger.patch(f"/categories/{group}", json={"name": "Mine"}),
        await stranger.delete(f"/categories/{group}"),
        *[await stranger.get("/lookup", params={"code": code}) for code in (tea, "TEA", GTIN)],
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert (await stranger.get_ok("/products", q="TEA"))["items"] == []
    assert (await stranger.get_ok("/products", category=group))["items"] == []
    referring = await stranger.post(
        "/products",
        json={
            "sku": "K",
            "name": "K",
            "kind": "kit",
            "category": group,
            "components": [{"product": tea, "quantity": 1}],
        },
    )
    assert faults_of(referring.json()) == {("/category", "not_found"), ("/components/0/product", "not_found")}
    assert (await stranger.post("/products", json={"sku": "TEA", "name": "T", "barcodes": [{"code": GTIN}]})).is_success


# ------------------------------------------------------------------ look-up


async def test_a_code_names_what_it_is_printed_on(api: Api) -> None:
    manager, auditor = await api.client("manager"), await api.client("auditor")
    tea = await product(manager, "TEA-1", barcodes=[{"code": GTIN}, {"code": "CASE", "pack_quantity": 12}])
    posting = await api.shop.post("receipt", "TEA-1", 1, unit_cost=Decimal(1))
    sale = await manager.post_ok(
        "/sales",
        {
            "document": {"type": "invoice", "number": "F-001-77"},
            "lines": [{"product": "TEA-1", "site": "UIO", "quantity": 1}],
        },
    )
    expected = {
        "tea-1": ("product", tea["id"]),
        tea["id"]: ("product", tea["id"]),
        f" {GTIN}": ("product", tea["id"]),
        f"0{GTIN}": ("product", tea["id"]),
        "uio": ("site", str(api.shop.sites["UIO"])),
        "F-001-77": ("posting", sale["id"]),
        str(posting.id): ("posting", str(posting.id)),
    }
    for code, named in expected.items():
        found = await auditor.get_ok("/lookup", code=code)
        assert (found["type"], found["id"]) == named
    assert (await auditor.get_ok("/lookup", code="CASE"))["pack_quantity"] == "12"
    assert (await auditor.get("/lookup", params={"code": "nothing"})).json()["code"] == "code_not_found"


async def test_a_look_up_ends_at_the_sites_within_reach(api: Api) -> None:
    manager, local = await api.client("manager"), await api.client("operator", "GYE")
    await product(manager, "TEA")
    far = await api.shop.post("receipt", "TEA", 1, site="UIO", unit_cost=Decimal(1))
    near = await api.shop.post("receipt", "TEA", 1, site="GYE", unit_cost=Decimal(1))
    codes = (str(far.id), "UIO", str(near.id), "GYE")
    answers = [(await local.get("/lookup", params={"code": code})).status_code for code in codes]
    assert answers == [404, 404, 200, 200]
