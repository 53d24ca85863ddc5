"""Sheets and pictures of products, in and out."""

import asyncio
import csv
import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from adapters.postgres.engine import Database
from adapters.spreadsheets.csv_writer import CsvWriter
from apps.settings import Settings
from tests.api import Api, Client
from tests.shop import open_shop

pytestmark = pytest.mark.anyio

SAMPLE = Path(__file__).parent.parent / "data" / "product_catalogue_off" / "sample.csv"


def sheet(*rows: str) -> bytes:
    return "\n".join(rows).encode()


async def send(client: Client, content: bytes, name: str = "products.csv", **query: Any) -> httpx.Response:
    return await client.post("/products:import", files={"file": (name, content)}, params=query)


async def counts(client: Client, content: bytes, name: str = "products.csv", **query: Any) -> tuple[int, int, int]:
    answer = await send(client, content, name, **query)
    assert answer.status_code == 200, answer.text
    report = answer.json()
    return report["created"], report["updated"], report["unchanged"]


async def export(client: Client, form: str = "csv", **query: Any) -> bytes:
    answer = await client.get("/products:export", params={"format": form, **query})
    assert answer.status_code == 200, answer.text
    return answer.content


def records(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# ------------------------------------------------------------------ sheets


async def test_a_sheet_creates_products_and_their_categories_and_then_updates_them(api: Api) -> None:
    client = await api.client("manager")
    first = sheet(
        "sku;name;category;price;cost;barcode;kind;components;active",
        "LAP;Laptop;Electrónica > Computadoras > Laptops;899.90;500;4006381333931;;;",
        "MOU;Mouse;Electrónica > Accesorios;9.5;4;96385074; ;;false",
        'SET;Set;;900;;12 x 14006381333938;kit;"LAP; 2 x mou";',
    )
    report = (await send(client, first)).json()
    assert report == {"created": 3, "updated": 0, "unchanged": 0, "categories_created": 4, "dry_run": False}
    kit = (await client.get_ok("/products", kind="kit"))["items"][0]
    shown = await client.get_ok(f"/products/{kit['id']}")
    assert {(one["sku"], one["quantity"]) for one in shown["components"]} == {("LAP", "1"), ("MOU", "2")}
    assert shown["barcodes"] == [{"code": "14006381333938", "kind": "gtin", "pack_quantity": "12"}]
    assert await counts(client, first) == (0, 0, 3)
    assert await counts(client, sheet("sku,price,barcode", "lap,799,", "MOU,9.50,4006381333948", "NEW,1,")[:-6]) == (
        0,
        2,
        0,
    )
    laptop = (await client.get_ok("/products", q="lap", kind="unit"))["items"][0]
    assert (laptop["price"], laptop["name"], laptop["category"]["name"]) == ("799", "Laptop", "Laptops")
    events = await api.shop.event_types("product_created", "product_changed", "category_created")
    assert sorted(map(str, events)) == [*["category_created"] * 4, *["product_changed"] * 2, *["product_created"] * 3]


async def test_every_fault_of_every_row_comes_in_one_answer_and_nothing_is_written(api: Api) -> None:
    client = await api.client("manager")
    await client.post_ok("/products", {"sku": "OLD", "name": "Old", "barcodes": [{"code": "4006381333931"}]})
    content = sheet(
        "sku,name,price,barcode,category,kind,active,tracking,components,colour",
        "GOOD,Good,1,,,,,,,",
        ",Nameless sku,1,,,,,,,",
        "A,,x,4006381333932,a > b > c > d,box,,,,",
        "good,Again,-1,4006381333931,,,,,,",
        "OLD,,,,,kit,false,,1 x GOOD,",
        "B,B,1.23456,,,,,,2 x GOOD,",
    )
    refused = await send(client, content)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_rows")
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [
        ("/columns/colour", "unknown_column"),
        ("/rows/3/sku", "required"),
        ("/rows/4/price", "bad_format"),
        ("/rows/4/kind", "bad_format"),
        ("/rows/4/category", "too_deep"),
        ("/rows/4/name", "required"),
        ("/rows/4/barcode", "gtin_check_digit"),
        ("/rows/5/sku", "repeated"),
        ("/rows/5/price", "out_of_range"),
        ("/rows/5/barcode", "barcode_taken"),
        ("/rows/6/kind", "fixed"),
        ("/rows/6/active", "missing_permission"),
        ("/rows/7/price", "too_precise"),
        ("/rows/7/components", "not_allowed"),
    ]
    assert {fault["row"] for fault in refused.json()["errors"] if "row" in fault} == {3, 4, 5, 6, 7}
    assert (await client.get_ok("/products", include="total"))["total"] == 1
    assert (await client.get_ok("/categories"))["items"] == []


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(api: Api) -> None:
    client = await api.client("manager")
    content = sheet("sku,name,category", "A,A,New", "B,B,New")
    report = (await send(client, content, dry_run=True)).json()
    assert report == {"created": 2, "updated": 0, "unchanged": 0, "categories_created": 1, "dry_run": True}
    assert (await client.get_ok("/products", include="total"))["total"] == 0
    assert (await client.get_ok("/categories"))["items"] == []
    assert await api.shop.event_types("product_created", "category_created") == []


async def test_who_may_not_create_categories_or_see_costs_cannot_by_a_sheet(api: Api) -> None:
    employee, operator = await api.client("employee"), await api.client("operator")
    assert (await send(employee, sheet("sku,name,cost", "A,A,1"))).status_code == 403
    assert (await send(operator, sheet("sku,name", "A,A"))).status_code == 403
    refused = await send(employee, sheet("sku,name,category", "A,A,New"))
    assert [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]] == [
        ("/rows/2/category", "not_found")
    ]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", "sku,name\nA,\xff".encode("latin-1"), b"name\nA", b"sku,sku\nA,B"]
)
async def test_what_is_no_sheet_is_refused(api: Api, content: bytes) -> None:
    client = await api.client("manager")
    assert (await send(client, content)).status_code == 422
    assert (await send(client, b"sku,name", "products.pdf")).json()["code"] == "sheet_unknown_format"


async def nasty_catalogue(client: Client) -> None:
    """Products whose texts, numbers and parts are easily lost in a sheet."""
    names = ["=1+1", "-Fruit Strip, Mango", "'quoted", "'=both", "a;b", '"x" 2 x y', "Ñandú 🦩", "@ home"]
    for index, name in enumerate(names):
        fields: dict[str, Any] = {"sku": f"{'-+0@'[index % 4]}{index}", "name": name, "description": f"{name}\nline 2"}
        await client.post_ok(
            "/products", {**fields, "price": f"{index}.0001", "cost": index, "shelf_life_days": index + 1}
        )
    group = (await client.post_ok("/categories", {"name": "-Deep"}))["id"]
    below = (await client.post_ok("/categories", {"name": "Below", "parent": group}))["id"]
    codes = [
        {"code": "4006381333931"},
        {"code": "3 x SHELF", "kind": "custom"},
        {"code": "CASE", "pack_quantity": "0.5"},
    ]
    await client.post_ok(
        "/products", {"sku": "007", "name": "Lot", "tracking": "lot", "category": below, "barcodes": codes}
    )
    parts = [{"product": "007", "quantity": "1.5"}, {"product": "-0", "quantity": 1}]
    await client.post_ok(
        "/products", {"sku": "SET", "name": "Set", "kind": "kit", "components": parts, "active": False}
    )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_what_was_exported_changes_nothing_at_home_and_is_the_same_elsewhere(
    api: Api, database: Database, form: str
) -> None:
    home = await api.client("admin")
    await nasty_catalogue(home)
    exported = await export(home, form)
    assert await counts(home, exported, f"products.{form}") == (0, 0, 10)
    assert await api.shop.event_types("product_changed") == []
    elsewhere = await Api(api.app, await open_shop(database), api.tokens).client("admin")
    assert await counts(elsewhere, exported, f"products.{form}") == (10, 0, 0)
    assert sorted(map(str, records(await export(elsewhere)))) == sorted(map(str, records(await export(home))))


async def test_a_real_catalogue_goes_in_and_out(api: Api) -> None:
    """Five hundred products of Open Food Facts: GTINs of every length, names that begin with a minus sign."""
    client = await api.client("manager")
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        given = [(f"OFF-{row['barcode']}", row["name"], row["barcode"]) for row in csv.DictReader(file)]
    first_of_gtin = {barcode.zfill(14): (sku, name, barcode) for sku, name, barcode in reversed(given)}
    target = io.BytesIO()
    CsvWriter().write(target, ["sku", "name", "barcode"], first_of_gtin.values())
    assert await counts(client, target.getvalue()) == (len(first_of_gtin), 0, 0)
    twins = await send(client, SAMPLE.read_bytes().replace(b"barcode,name", b"sku,name", 1), dry_run=True)
    assert twins.json()["created"] == 500
    exported = await export(client)
    assert {(row["sku"], row["name"].removeprefix("'"), row["barcode"]) for row in records(exported)} == {
        (sku, name.strip().removeprefix("'"), barcode) for sku, name, barcode in first_of_gtin.values()
    }
    assert await counts(client, exported) == (0, 0, len(first_of_gtin))


async def test_an_export_is_of_the_products_that_the_filters_list_and_longer_than_a_page(api: Api) -> None:
    client = await api.client("manager")
    rows = [f"P{number},{'odd' if number % 2 else 'even'} {number}" for number in range(2_500)]
    assert await counts(client, sheet("sku,name", *rows)) == (2_500, 0, 0)
    assert {row["sku"] for row in records(await export(client))} == {row.split(",")[0] for row in rows}
    assert len(records(await export(client, q="odd"))) == 1_250


async def test_costs_are_exported_only_for_those_who_may_see_them(api: Api) -> None:
    manager, viewer = await api.client("manager"), await api.client("viewer")
    await manager.post_ok("/products", {"sku": "TEA", "name": "Tea", "cost": "1.5"})
    assert records(await export(manager))[0]["cost"] == "1.5"
    assert "cost" not in records(await export(viewer))[0]
    answer = await viewer.get("/products:export", params={"format": "xlsx"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="products.xlsx"'
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")


# ------------------------------------------------------------------ pictures


def picture(colour: str = "red", size: tuple[int, int] = (640, 400)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "PNG")
    return target.getvalue()


async def product_of(client: Client, sku: str = "TEA") -> str:
    return str((await client.post_ok("/products", {"sku": sku, "name": sku}))["id"])


async def upload(client: Client, product: str, content: bytes) -> httpx.Response:
    return await client.post(f"/products/{product}/images", files={"file": ("picture.png", content)})


def files_of(settings: Settings, api: Api) -> list[Path]:
    folder = settings.data / "files" / str(api.shop.company_id)
    return [path for path in folder.rglob("*") if path.is_file()]


def inside(url: str) -> str:
    return url.removeprefix("/api/v1")


async def test_a_picture_is_drawn_anew_and_shown_in_two_sizes(api: Api) -> None:
    client = await api.client("manager")
    product = await product_of(client)
    added = await upload(client, product, picture())
    assert added.status_code == 201
    image = added.json()
    assert (image["width"], image["height"]) == (640, 400)
    for url, longest in ((image["url"], 640), (image["thumbnail_url"], 256)):
        shown = await client.get(inside(url))
        assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/webp")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "private" in shown.headers["Cache-Control"]
        assert max(Image.open(io.BytesIO(shown.content), formats=["WEBP"]).size) == longest
    assert (await client.get_ok("/products"))["items"][0]["image"] == image["thumbnail_url"]


async def test_images_have_an_order(api: Api) -> None:
    client = await api.client("manager")
    product = await product_of(client)
    ids = [(await upload(client, product, picture(colour))).json()["id"] for colour in ("red", "green", "blue")]
    moved = await client.patch(f"/products/{product}/images/{ids[2]}", json={"position": 1})
    assert [one["id"] for one in moved.json()] == [ids[2], ids[0], ids[1]]
    last = await client.patch(f"/products/{product}/images/{ids[2]}", json={"position": 20})
    assert [one["id"] for one in last.json()] == ids
    assert (await client.patch(f"/products/{product}/images/{ids[2]}", json={"position": 0})).status_code == 422
    assert (await client.get_ok("/products"))["items"][0]["image"].split("/")[-2] == ids[0]


async def test_the_files_of_an_image_go_with_the_last_product_that_shows_it(api: Api, settings: Settings) -> None:
    client = await api.client("manager")
    first, second = await product_of(client, "A"), await product_of(client, "B")
    images = {one: (await upload(client, one, picture("red"))).json()["id"] for one in (first, second)}
    assert len(files_of(settings, api)) == 2
    assert (await client.delete(f"/products/{first}/images/{images[first]}")).status_code == 204
    assert (await client.get(f"/images/{images[first]}")).status_code == 404
    assert (await client.get(f"/images/{images[second]}")).status_code == 200
    assert (await client.delete(f"/products/{second}/images/{images[second]}")).status_code == 204
    assert files_of(settings, api) == []


async def test_a_picture_that_goes_from_one_product_while_it_comes_to_another_stays(api: Api) -> None:
    """Seen to fail when storing a file and forgetting one did not exclude each other."""
    client = await api.client("manager")
    first, second = await product_of(client, "A"), await product_of(client, "B")
    content = picture(size=(8, 8))
    for _ in range(10):
        old = (await upload(client, first, content)).json()["id"]
        _, added = await asyncio.gather(
            client.delete(f"/products/{first}/images/{old}"), upload(client, second, content)
        )
        assert (await client.get(inside(added.json()["url"]))).status_code == 200
        await client.delete(f"/products/{second}/images/{added.json()['id']}")


@pytest.mark.promise("S9")
async def test_what_is_no_picture_is_refused_and_kept_nowhere(api: Api, settings: Settings) -> None:
    client = await api.client("manager")
    product = await product_of(client)
    refused = await upload(client, product, b"<svg onload='alert(1)'/>")
    assert (refused.status_code, refused.json()["code"]) == (422, "picture_unreadable")
    assert (await upload(client, str(api.shop.company_id), picture())).status_code == 404
    assert files_of(settings, api) == []


async def test_a_picture_is_seen_and_changed_in_its_company_only(api: Api, database: Database) -> None:
    client = await api.client("manager")
    product = await product_of(client)
    image = (await upload(client, product, picture())).json()["id"]
    stranger = await Api(api.app, await open_shop(database), api.tokens).client("admin")
    answers = [
        await stranger.get(f"/images/{image}"),
        await stranger.get(f"/images/{image}/thumbnail"),
        await stranger.delete(f"/products/{product}/images/{image}"),
        await stranger.patch(f"/products/{product}/images/{image}", json={"position": 1}),
        await upload(stranger, product, picture()),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert (await (await api.client("auditor")).get(f"/images/{image}")).status_code == 403
    assert (await upload(await api.client("operator"), product, picture())).status_code == 403


async def test_a_product_goes_with_its_images_unless_somebody_changed_it(api: Api, settings: Settings) -> None:
    admin = await api.client("admin")
    product = await product_of(admin)
    image = (await upload(admin, product, picture())).json()["id"]
    stale = {"If-Match": '"1"'}
    assert (await admin.delete(f"/products/{product}/images/{image}", headers=stale)).status_code == 412
    assert (await admin.delete(f"/products/{product}", headers={"If-Match": '"2"'})).status_code == 204
    assert (await admin.get(f"/images/{image}")).status_code == 404
    assert files_of(settings, api) == []
