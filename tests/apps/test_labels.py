"""Barcodes and labels over HTTP: what is printed is found again by what a scanner reads."""

import asyncio
import io
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from core.domain.barcode import parse_gtin
from tests.api import Api, Client

pytestmark = pytest.mark.anyio

GTIN = "4006381333931"


async def product(client: Client, sku: str, **fields: object) -> str:
    made = await client.post_ok("/products", {"sku": sku, "name": f"Taza {sku}", "price": "12.50", **fields})
    return str(made["id"])


async def scanned(client: Client, path: str, **query: str) -> list[str]:
    """What a scanner reads in a picture, with what it says of the kind of symbol."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    image = Image.open(io.BytesIO(answer.content))
    return [found.symbology_identifier + found.bytes.decode() for found in zxingcpp.read_barcodes(image)]


def codes_on(pdf: bytes) -> list[list[str]]:
    """What a scanner reads on each page."""
    pages = (page.render(scale=300 / 72, grayscale=True).to_pil() for page in pypdfium2.PdfDocument(pdf))
    return [sorted(found.text for found in zxingcpp.read_barcodes(page)) for page in pages]


async def test_what_is_drawn_is_found_by_what_a_scanner_reads(api: Api) -> None:
    client = await api.client("manager")
    cup = await product(client, "CUP", barcodes=[{"code": GTIN}])
    for query in (
        {},
        {"symbology": "qr"},
        {"symbology": "gs1_datamatrix"},
        {"code": "CUP"},
        {"lot": "AB-1", "expires_on": "2031-12-31"},
    ):
        [code] = await scanned(client, f"/products/{cup}/barcode.png", **query)
        found = await client.get_ok("/lookup", code=code)
        assert (found["type"], found["id"]) == ("product", cup)
    assert found["scanned"] == {
        "gtin": f"0{GTIN}",
        "lot": "AB-1",
        "expires_on": "2031-12-31",
        "serial": "",
        "quantity": None,
    }


@pytest.mark.promise("S10")
async def test_pictures_carry_nothing_that_runs(api: Api) -> None:
    client = await api.client("manager")
    cup = await product(client, "CUP", barcodes=[{"code": GTIN}])
    for path in ("barcode.svg", "qr.svg"):
        answer = await client.get(f"/products/{cup}/{path}")
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.content.startswith(b"<svg")


async def test_a_code_that_does_not_fit_is_refused(api: Api) -> None:
    client = await api.client("manager")
    cup = await product(client, "CUP")
    for query, code in (
        ({"symbology": "ean13"}, "symbology_unfit"),
        ({"lot": "A"}, "symbology_unfit"),
        ({"code": "OTHER"}, "not_found"),
    ):
        answer = await client.get(f"/products/{cup}/barcode.svg", params=query)
        assert (answer.status_code, [one["code"] for one in answer.json()["errors"]]) == (422, [code])
    other = await client.get("/products/0197a1b2-0000-7000-8000-000000000000/barcode.svg")
    assert other.status_code == 404


async def test_labels_are_printed_for_what_is_on_hand(api: Api) -> None:
    """Seen to fail when the stock of other sites was counted."""
    client = await api.client("manager")
    await product(client, "CUP", barcodes=[{"code": GTIN}])
    await product(client, "BOX")
    await api.shop.post("receipt", "CUP", 3)
    await api.shop.post("receipt", "CUP", 4, site="GYE")
    body = {"lines": [{"product": "CUP"}, {"product": "box", "copies": 2}], "site": "UIO", "show": ["name", "site"]}
    answer = await client.send_json("/labels", body)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert codes_on(answer.content) == [[GTIN] * 3 + ["BOX"] * 2]


async def test_all_faults_of_a_run_come_in_one_answer(api: Api) -> None:
    client = await api.client("manager")
    await product(client, "CUP")
    body: dict[str, Any] = {"lines": [{"product": "CUP", "copies": 1}], "format": "papyrus", "site": "NOWHERE"}
    assert await faults(client, body) == {("/format", "unknown"), ("/site", "not_found")}
    body = {  # of the last line nothing is wrong
        "lines": [
            {"product": "GONE"},
            {"product": "CUP", "code": "123"},
            {"product": "CUP", "lot": "A"},
            {"product": "CUP", "copies": 1, "code": "CUP"},
        ],
        "start": 21,
    }
    assert await faults(client, body) == {
        ("/lines/0/product", "not_found"),
        ("/lines/1/code", "not_found"),
        ("/lines/2/code", "symbology_unfit"),
    }
    assert await faults(client, {"lines": [{"product": "CUP", "copies": 0}]}) == {("/lines", "out_of_range")}
    assert await faults(client, {"lines": [{"product": "CUP", "copies": 1}], "start": 22}) == {
        ("/start", "out_of_range")
    }


async def faults(client: Client, body: dict[str, Any]) -> set[tuple[str, str]]:
    answer = await client.send_json("/labels", body)
    assert answer.status_code == 422, answer.text
    return {(one["pointer"], one["code"]) for one in answer.json()["errors"]}


async def test_every_format_is_told(api: Api) -> None:
    client = await api.client("operator", "UIO")
    formats = await client.get_ok("/labels/formats")
    assert {"avery_l7160", "avery_5160", "roll_50x25"} <= {one["id"] for one in formats}


# ------------------------------------------------------------------ codes of one's own


async def test_products_without_a_barcode_get_one_of_the_company(api: Api) -> None:
    """Seen to fail when the numbers began anew each time."""
    client = await api.client("manager")
    cup, box = await product(client, "CUP"), await product(client, "BOX")
    await product(client, "TEA", barcodes=[{"code": GTIN}])
    first = await client.post_ok("/products:assign-barcodes", {"products": ["CUP", "TEA"]})
    assert [one["product"] for one in first["items"]] == [cup]
    again = await client.post_ok("/products:assign-barcodes", {"products": ["CUP", box, "TEA"]})
    assert [one["product"] for one in again["items"]] == [box]
    codes = [one["code"] for one in (*first["items"], *again["items"])]
    assert codes == ["2000000000008", "2000000000015"]
    assert all(parse_gtin(code).in_store for code in codes)
    [code] = await scanned(client, f"/products/{box}/barcode.png")
    assert (await client.get_ok("/lookup", code=code))["id"] == box


async def test_two_who_assign_at_once_give_no_code_twice(api: Api) -> None:
    """Seen to fail without the lock."""
    client = await api.client("manager")
    skus = [f"P{number}" for number in range(12)]
    for sku in skus:
        await product(client, sku)
    runs = await asyncio.gather(
        *(client.post_ok("/products:assign-barcodes", {"products": skus[start::4]}) for start in range(4))
    )
    codes = [one["code"] for run in runs for one in run["items"]]
    assert len(set(codes)) == len(codes) == len(skus)


async def test_unknown_products_get_no_code(api: Api) -> None:
    client = await api.client("manager")
    await product(client, "CUP")
    answer = await client.send_json("/products:assign-barcodes", {"products": ["CUP", "GONE"]})
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/products/1", "not_found")]
    assert (await client.get_ok("/products", q="CUP"))["items"][0]["version"] == 1


# ------------------------------------------------------------------ scanning


async def test_an_unknown_code_says_how_it_can_be_given_to_a_product(api: Api) -> None:
    client = await api.client("manager")
    cup = await product(client, "CUP")
    answer = await client.get("/lookup", params={"code": f"]d2010{GTIN}10AB\x1d3012"})
    assert answer.status_code == 404
    unknown = answer.json()
    assert unknown["attach"] == {"code": f"0{GTIN}", "kind": "gtin"}
    assert (unknown["scanned"]["lot"], unknown["scanned"]["quantity"]) == ("AB", "12")
    await client.post_ok(f"/products/{cup}/barcodes", unknown["attach"])
    found = await client.get_ok("/lookup", code=GTIN)
    assert (found["id"], found["scanned"]) == (cup, None)


async def test_a_code_of_ones_own_that_looks_like_gs1_is_found_as_it_is(api: Api) -> None:
    client = await api.client("manager")
    code = f"010{GTIN}10AB"
    cup = await product(client, "CUP", barcodes=[{"code": code, "kind": "custom"}])
    assert (await client.get_ok("/lookup", code=code))["id"] == cup


async def test_a_pack_is_known_by_its_own_number(api: Api) -> None:
    client = await api.client("manager")
    cup = await product(client, "CUP", barcodes=[{"code": "14006381333938", "pack_quantity": "12"}])
    found = await client.get_ok("/lookup", code="(01)14006381333938(10)L7")
    assert (found["id"], found["pack_quantity"], found["scanned"]["lot"]) == (cup, "12", "L7")
