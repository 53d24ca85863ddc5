"""What a product is called is nothing but words, in whatever form it leaves: answers, sheets, pages, labels, orders, mails."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from pypdf import PdfReader

from apps.settings import Settings
from tests.api import Api, Client
from tests.apps.purchasing import sent
from tests.apps.report_sending import Newsroom, newsroom
from tests.mail_server import PostOffice

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S10")]

NAMES = (
    "=HYPERLINK(A1)&cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "<script>alert(1)</script><img src=x onerror=y>",
    "{nb} {link} {page} %s %(company)s ${x}",
    "**b** __u__ [a](https://example.org)",
    "(\\) Tj ET endstream endobj",
    "a\"b;c,d'e",
    "]]><x/> &amp; &#0;",
    "x" * 200,
)
REPORTS = ("stock_on_hand", "movements", "sales_by_product", "turnover", "abc_xyz")


@pytest.fixture
async def client(api: Api) -> Client:
    """A shop in which every product has a name that is no good, and has been sold."""
    client = await api.client("admin")
    for number, name in enumerate(NAMES):
        sku = f"P{number:02}"
        await client.post_ok("/products", {"sku": sku, "name": name, "price": "2"})
        await api.shop.post("receipt", sku, 9)
        await api.shop.sell((sku, 1))
    return client


@pytest.fixture
async def room(api: Api, settings: Settings, post: PostOffice) -> AsyncIterator[Newsroom]:
    async with newsroom(api, settings, post) as room:
        yield room


def inert_pages(pdf: bytes) -> str:
    """The text of its pages, once it is certain that nothing in it does anything."""
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.root_object
    assert isinstance(root.get("/OpenAction", []), list)  # how to show the page: no action
    for of_document in (root, *reader.pages):
        assert not {"/Names", "/AcroForm", "/AA", "/Annots"} & of_document.keys()
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def visible(name: str) -> str:
    return " ".join(name.split())[:12]


@pytest.mark.parametrize("report", REPORTS)
async def test_in_reports(client: Client, report: str) -> None:
    shown = await client.get(f"/reports/{report}")
    assert shown.headers["Content-Type"] == "application/json"
    assert {row["name"] for row in shown.json()["rows"]} == set(NAMES)
    content = (await client.get(f"/reports/{report}.csv")).content.decode("utf-8-sig")
    column = [one["name"] for one in shown.json()["columns"]].index("name")
    cells = [row[column] for row in list(csv.reader(io.StringIO(content)))[1:]]
    assert {cell.removeprefix("'") for cell in cells} == set(NAMES)
    assert not [cell for cell in cells if cell[0] in "=+-@"]
    sheet = openpyxl.load_workbook(io.BytesIO((await client.get(f"/reports/{report}.xlsx")).content)).active
    assert sheet is not None
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value in NAMES]
    assert {str(cell.value) for cell in found} == set(NAMES)
    assert {(cell.data_type, cell.hyperlink) for cell in found} == {("s", None)}
    text = inert_pages((await client.get(f"/reports/{report}.pdf")).content)
    assert not [name for name in NAMES if visible(name) not in text]


async def test_in_the_catalogue_as_sheets(client: Client) -> None:
    content = (await client.get("/products:export", params={"format": "csv"})).content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    assert set(NAMES) <= {cell.removeprefix("'") for cell in cells}
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    sheet = openpyxl.load_workbook(
        io.BytesIO((await client.get("/products:export", params={"format": "xlsx"})).content)
    ).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr", "b"}


async def test_on_labels_and_pictures(client: Client) -> None:
    products = (await client.get_ok("/products", limit=50))["items"]
    lines = [{"product": one["id"], "copies": 1} for one in products]
    made = await client.send_json("/labels", {"format": "avery_l7160", "symbology": "qr", "lines": lines})
    assert made.status_code == 200, made.text
    text = inert_pages(made.content)
    assert "<script>" in text
    for one in products[:3]:
        picture = await client.get(f"/products/{one['id']}/qr.svg")
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(picture.content).iter()}  # noqa: S314  our own
        assert tags <= {"svg", "path", "rect", "g", "title", "desc", "text"}


async def test_on_orders_to_suppliers(api: Api, client: Client) -> None:
    await client.post_ok("/suppliers", {"code": "ACME", "name": NAMES[4], "currency": "USD"})
    for number in range(len(NAMES)):
        item = {"product": f"P{number:02}", "price_breaks": [{"from_quantity": "1", "unit_price": "2"}]}
        await client.post_ok(f"/suppliers/{(await _supplier(client))['id']}/items", item)
    order = await sent(client, *((f"P{number:02}", "1") for number in range(len(NAMES))))
    text = inert_pages((await client.get(f"/purchase-orders/{order['id']}/document")).content)
    assert not [name for name in NAMES if visible(name) not in text]


async def _supplier(client: Client) -> Any:
    return (await client.get_ok("/suppliers"))["items"][0]


async def test_in_mails(room: Newsroom, client: Client) -> None:
    """A report that is sent names the product; its file names all of them."""
    owner = await room.person("Ana <b>{link}</b>")
    for number in range(len(NAMES)):
        await room.schedule(
            owner,
            "Ana <b>{link}</b>",
            name=NAMES[number][:100],
            report="kardex",
            format="xlsx",
            period="today",
            filters={"product": f"P{number:02}"},
        )
    await room.pass_days(1)
    mails = await room.sent_to("Ana <b>{link}</b>")
    assert len(mails) == len(NAMES)
    for mail in mails:
        assert mail.subject == "Test company: Kárdex"
        assert mail.message.get_body(("html",)) is None
        assert len(list(mail.message.iter_attachments())) == 1
    told = [" ".join(mail.text.split()) for mail in mails]
    assert not [name for name in NAMES if not any(name in text for text in told)]
