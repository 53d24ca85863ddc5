"""Whatever people have written, no file that leaves us runs or fetches anything: every text of a company is hostile, and all that can be
had of the company is looked at.

Seen to fail with text that begins with `=` written as a formula, and with the beginning of a text alone looked at in CSV (semicolons).
"""

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg import sql
from pypdf import PdfReader

from adapters.postgres.engine import Database
from apps.http.app import create_app
from apps.settings import Settings
from core.domain.report import REPORTS, ReportName
from tests.api import Client, tokens_of
from tests.matrix.builder import Side
from tests.matrix.people import Registry
from tests.proof.recording import Reach
from tests.proof.seeded import fill, own_database
from tests.proof.watching import Watch, watching

pytestmark = [pytest.mark.anyio, pytest.mark.long, pytest.mark.promise("S10")]

HOSTILE = (
    "=1+1;=HYPERLINK(1)\t+1\n-2 ",
    "+cmd|' /C calc'!A0;",
    "<img src=http://127.0.0.1:9/x><script>alert(1)</script> ",
    "@SUM(1)\r\nX-Header: y ",
    '"; filename=x.html; {0.__class__} ${7*7} %(name)s {{7*7}} ',
    "**[a](file:///etc/passwd)** ",
    "＝1+1 ",
)
WORDS = frozenset({"name", "note", "reason", "number", "code", "title", "description", "address", "buyer", "tax_id"})
MORE_WORDS = frozenset({"closing_reason", "supplier_reference", "document_number", "document_party", "source_ref"})
# These name something of the program's, or are what somebody signs in with.
NOT_OF_PEOPLE = frozenset({"plugin_store", "session", "report", "phone_code", "text_consent", "channel_decision"})
FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")
DAY = {"since": "2000-01-01", "until": "2100-01-01"}


def poison(url: str, side: Side) -> set[tuple[str, str]]:
    """Makes every text of people a hostile one, as far as the schema lets it be. Returns which columns that were."""
    done = set()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT set_config('app.company_id', %s, false)", (str(side.company),))
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'text' ORDER BY 1, 2"
        ).fetchall()
        for place, (table, column) in enumerate(columns):
            if column not in WORDS | MORE_WORDS or table in NOT_OF_PEOPLE:
                continue
            change = sql.SQL("UPDATE {} SET {} = %s || {}").format(*map(sql.Identifier, (table, column, column)))
            try:
                changed = connection.execute(change, (HOSTILE[place % len(HOSTILE)],)).rowcount
            except psycopg.Error:
                continue
            if changed:
                done.add((table, column))
    return done


@pytest.fixture(scope="module")
async def hostile(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Client, Settings]]:
    """The administrator of a company of which every text is hostile."""
    with own_database(server_url, "outputs") as url:
        settings = Settings(data=tmp_path_factory.mktemp("outputs"), database_url=url)
        side = await fill(settings)
        poisoned = poison(url, side)
        expected = {
            ("product", "name"),
            ("site", "name"),
            ("category", "name"),
            ("supplier", "name"),
            ("lot", "number"),
        }
        assert expected | {("company", "name"), ("app_user", "name")} <= poisoned
        async with signed_in(settings, side) as client:
            yield client, settings


@asynccontextmanager
async def signed_in(settings: Settings, side: Side) -> AsyncIterator[Client]:
    database = Database(settings.database_url or "")
    await database.open()
    app = create_app(settings, write_log=lambda _: None)
    async with app.lifespan():
        yield Registry(database, tokens_of(database, settings), app, settings.database_url or "").client(
            side.people["admin"].token
        )
    await database.close()


def files() -> Iterator[str]:
    """Every table that leaves us, but for those that need an object of their own."""
    for report in REPORTS:
        for ending in ("csv", "xlsx", "pdf"):
            narrowed = "&product=TEA" if report is ReportName.KARDEX else ""
            yield f"/reports/{report.value}.{ending}?{narrowed}"
    yield from ("/products:export?format=csv", "/products:export?format=xlsx", "/audit:export?format=csv")
    yield "/audit:export?format=xlsx"


async def test_every_file_of_a_hostile_company_is_nothing_but_words(
    hostile: tuple[Client, Settings], reached: Reach
) -> None:
    client, settings = hostile
    texts = 0
    addresses = [*files()]
    with watching() as seen:
        for address in addresses:
            answer = await client.get(address)
            if answer.status_code == 422:
                answer = await client.get(f"{address}&since=2026-01-01&until=2026-12-31")
            assert answer.status_code == 200, (address, answer.text)
            texts += harmless(answer, address)
        for address in await documents(client):
            harmless(await client.get(address), address)
    asks_nobody(seen, settings)
    assert texts > 500
    reached("S10", f"{len(addresses)} files with {texts} cells of hostile text: 0 formulas, 0 fetches")


async def documents(client: Client) -> list[str]:
    """What is drawn of single things."""
    orders = (await client.get_ok("/purchase-orders", limit=3))["items"]
    products = (await client.get_ok("/products", limit=3))["items"]
    assert orders
    assert products
    drawn = [f"/purchase-orders/{one['id']}/document" for one in orders]
    return [*drawn, *(f"/products/{one['id']}/qr.svg" for one in products)]


def harmless(answer: httpx.Response, address: str) -> int:
    """How many hostile texts there are in it."""
    disposition = answer.headers.get("content-disposition", "")
    assert re.fullmatch(r'|(attachment|inline); filename="[A-Za-z0-9._-]+"', disposition), (address, disposition)
    match answer.headers["content-type"].partition(";")[0]:
        case "text/csv":
            return harmless_table(answer.content.decode("utf-8-sig"), address)
        case "application/pdf":
            return harmless_pages(answer.content, address)
        case "image/svg+xml":
            assert not re.search(rb"<script|<image|<foreignObject|href|\son[a-z]+=", answer.content), address
            return 0
        case _:
            return harmless_workbook(answer.content, address)


def harmless_table(content: str, address: str) -> int:
    """Whatever ends a cell or a row, in whatever program it is opened."""
    for ending in (",", ";", "\t"):
        cells = [cell for row in csv.reader(io.StringIO(content, newline=""), delimiter=ending) for cell in row]
        active = [cell for cell in cells if cell.lstrip().startswith(FORMULA) and not NUMBER.fullmatch(cell.strip())]
        assert active == [], (address, ending)
    return sum(content.count(text[:4]) for text in HOSTILE)


def harmless_workbook(content: bytes, address: str) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not [name for name in parts if re.search("vba|external|drawing|media|hyperlink", name, re.IGNORECASE)]
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert not re.search(r"<f[\s>/]|<hyperlink|<script|<img", sheet), address
    assert set(re.findall(r'<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?(?: t="([a-zA-Z]+)")?', sheet)) <= {"", "inlineStr", "b"}
    assert not [text for text in re.findall(r"<v>(.*?)</v>", sheet) if not NUMBER.fullmatch(text)], address
    assert 'TargetMode="External"' not in "".join(parts.values())
    return sum(sheet.count(text[:4].replace("<", "&lt;")) for text in HOSTILE)


def harmless_pages(content: bytes, address: str) -> int:
    reader = PdfReader(io.BytesIO(content))
    root = reader.root_object
    assert isinstance(root.get("/OpenAction", []), list), address  # how to show the page: no action
    for part in (root, *reader.pages):
        assert not {"/Names", "/AcroForm", "/AA", "/Annots", "/AF"} & part.keys(), address
    assert not re.search(rb"/(JavaScript|JS|URI|Launch|GoToR|SubmitForm|EmbeddedFile|RichMedia)\b", content), address
    text = "".join(page.extract_text() for page in reader.pages)
    assert "root:x:" not in text
    return sum(text.count(one[:4]) for one in HOSTILE)


def asks_nobody(seen: Watch, settings: Settings) -> None:
    """Files of its own and temporary ones are opened, and nothing that a text names; no program is begun."""
    assert seen.connections == []
    assert seen.programs == []
    assert not [name for name in seen.files if "/etc/passwd" in name or "http" in Path(name).name]
