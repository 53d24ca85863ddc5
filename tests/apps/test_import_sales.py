"""`pirwa import sales` on a month of a real shop's invoices."""

import csv
import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.postgres.engine import Database
from adapters.postgres.imports import PostgresImports
from adapters.postgres.sales_import import PostgresSalesBooks
from adapters.postgres.verification import PostgresVerifier
from adapters.spreadsheets.limits import SheetLimits
from adapters.spreadsheets.reader import SpreadsheetReader
from core.commands.sales_import import ImportSales, SalesImport, SalesImported
from core.domain.errors import Invalid
from core.domain.sales_import import Skip
from core.ports.clock import SystemClock
from tests.apps.command_line import CommandLine, as_url
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

MONTH = Path(__file__).parents[1] / "data" / "online_retail" / "2010-04.csv.gz"
HEADER = "invoice,stock_code,description,quantity,invoice_ts,unit_price,customer_id,country\n"


@pytest.fixture(scope="module")
async def long_database(database_url: str) -> AsyncIterator[Database]:
    """Connections that may take their time, as the command line has them."""
    database = Database(database_url, size=2, statement_timeout="5min")
    await database.open()
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def imported(long_database: Database) -> tuple[Shop, SalesImported]:
    """A company with the month in it."""
    shop = await open_shop(long_database)
    return shop, await bring_in(shop, MONTH)


async def bring_in(shop: Shop, path: Path, *, dry_run: bool = False) -> SalesImported:
    work = SalesImport(
        PostgresImports(shop.database, PostgresSalesBooks),
        SpreadsheetReader(SheetLimits(unpacked_bytes=100_000_000)),
        SystemClock(),
    )
    command = ImportSales(path, "UIO", "Europe/London", dry_run=dry_run)
    return await work(shop.admin, command, lambda doing, lines: None)


async def counted(shop: Shop) -> tuple[int, int, int]:
    """Products, postings and moves of the company."""
    [row] = await shop.fetch(
        "SELECT (SELECT count(*) FROM product), (SELECT count(*) FROM posting), (SELECT count(*) FROM move)"
    )
    return row[0], row[1], row[2]


def days_of_month(path: Path, first: int, last: int) -> Path:
    """A file with the lines of some days of the month."""
    with gzip.open(MONTH, "rt", encoding="utf-8", newline="") as month:
        header, *rows = csv.reader(month)
    at = header.index("invoice_ts")
    with path.open("w", encoding="utf-8", newline="") as part:
        csv.writer(part).writerows([header, *(row for row in rows if first <= int(row[at][8:10]) <= last)])
    return path


async def sold_and_returned(shop: Shop) -> list[tuple[Any, ...]]:
    """Every posting that came from a line, with what it moved."""
    return await shop.fetch(
        "SELECT p.source_ref, p.kind, count(*), sum(m.quantity), sum(m.total) FROM posting p"
        " JOIN move m ON m.company_id = p.company_id AND m.posting_id = p.id"
        " WHERE p.kind <> 'opening' GROUP BY 1, 2 ORDER BY 1"
    )


async def on_hand(shop: Shop) -> list[tuple[Any, ...]]:
    return await shop.fetch(
        "SELECT p.sku, s.on_hand FROM site_stock s JOIN product p ON p.company_id = s.company_id AND p.id = s.product_id"
        " ORDER BY 1"
    )


async def test_every_line_is_accounted_for_and_the_books_are_right(imported: tuple[Shop, SalesImported]) -> None:
    shop, done = imported
    assert done.reconciliation.complete
    assert done.reconciliation.file.lines == 34_057
    assert await counted(shop) == (done.products_created, done.postings + 3, 33_799 + len(done.opened))
    verifier = PostgresVerifier(shop.database)
    assert [await verifier.differences(shop.company_id, "shop", check) for check in verifier.checks] == [
        [] for _ in verifier.checks
    ]


async def test_importing_it_again_changes_nothing(imported: tuple[Shop, SalesImported]) -> None:
    shop, _ = imported
    before = await counted(shop)
    again = await bring_in(shop, MONTH)
    assert (again.postings, again.products_created, again.opened) == (0, 0, {})
    assert again.reconciliation.buckets[Skip.ALREADY_IMPORTED].lines == 33_799
    assert await counted(shop) == before


async def test_two_files_that_overlap_leave_what_the_whole_leaves(
    imported: tuple[Shop, SalesImported],
    long_database: Database,
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIRWA_DATABASE_URL", as_url(database_url))
    pirwa = CommandLine(await open_shop(long_database), capsys)
    options = ("--site", "UIO", "--time-zone", "Europe/London")
    first = await pirwa.bring_in("sales", days_of_month(tmp_path / "first.csv", 1, 20), *options)
    second = await pirwa.bring_in("sales", days_of_month(tmp_path / "second.csv", 12, 30), *options)
    whole, whole_answer = imported
    overlap = second["skipped"]["already_imported"]["lines"]
    assert overlap > 10_000
    assert first["file"]["lines"] + second["file"]["lines"] > whole_answer.reconciliation.file.lines
    assert first["postings"] + second["postings"] == whole_answer.postings
    assert await sold_and_returned(pirwa.shop) == await sold_and_returned(whole)
    assert await on_hand(pirwa.shop) == await on_hand(whole)


async def test_the_reconciliation_can_be_read(
    shop: Shop,
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIRWA_DATABASE_URL", as_url(database_url))
    pirwa = CommandLine(shop, capsys)
    path = tmp_path / "sales.csv"
    path.write_text(HEADER + "1,85048,LIGHTS,2,2010-04-01T09:00,6.95,1,UK\n1,POST,,1,2010-04-01T09:00,3,1,UK\n")
    command = ("import", "sales", str(path), "--company", await pirwa.company_code(), "--site", "UIO")
    assert (await pirwa.run(*command))[:2] == (
        0,
        "bucket            lines  quantity  value  units in  units out  value in  value out\n"
        "posted: sale          1         2  13.90         0          2         0      13.90\n"
        "skipped: postage      1         1      3         0          0         0          0\n"
        "sum                   2         3  16.90         0          2         0      13.90\n"
        "file                  2         3  16.90         0          0         0          0\n"
        "1 products and 1 postings were added; opening stock of 2 units.\n",
    )
    with pytest.raises(SystemExit):
        await pirwa.run(*command, "--product-codes", "[0-9")
    assert "argument --product-codes: [0-9 is no regular expression" in capsys.readouterr().err


async def test_an_earlier_period_is_not_covered_by_goods_that_came_later(
    long_database: Database, tmp_path: Path
) -> None:
    shop = await open_shop(long_database)
    later, earlier = tmp_path / "later.csv", tmp_path / "earlier.csv"
    later.write_text(HEADER + "C2,85048,LIGHTS,-4,2010-04-10T09:00,6.95,1,UK\n")
    earlier.write_text(HEADER + "1,85048,LIGHTS,3,2010-04-05T09:00,6.95,1,UK\n")
    assert (await bring_in(shop, later)).opened == {}
    assert (await bring_in(shop, earlier)).opened == {"85048": 3}
    assert await shop.on_hand_of("85048") == 4


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(long_database: Database, tmp_path: Path) -> None:
    shop = await open_shop(long_database)
    path = tmp_path / "sales.csv"
    path.write_text(
        HEADER + "1,85048,LIGHTS,2,2010-04-01T09:00,6.95,1,UK\nC2,85048,LIGHTS,-1,2010-04-02T09:00,6.95,1,UK\n"
    )
    done = await bring_in(shop, path, dry_run=True)
    assert (done.postings, done.products_created, dict(done.opened)) == (2, 1, {"85048": 2})
    assert await counted(shop) == (0, 0, 0)


async def test_every_fault_of_a_file_is_named_and_nothing_is_written(long_database: Database, tmp_path: Path) -> None:
    shop = await open_shop(long_database)
    path = tmp_path / "sales.csv"
    future = datetime.now(UTC).year + 2
    path.write_text(
        HEADER
        + "1,85048,LIGHTS,two,2010-04-01T09:00,6.95,1,UK\n"
        + "1,85048,LIGHTS,2,April,NaN,1,UK\n"
        + "1,85048,LIGHTS,2,2010-04-01T09:00,6.95,1,UK\n"
        + f"1,85048,LIGHTS,2,{future}-04-01T09:00,6.95,1,UK\n"
    )
    with pytest.raises(Invalid) as refused:
        await bring_in(shop, path)
    assert [fault.pointer for fault in refused.value.faults] == [
        "/2/quantity",
        "/3/invoice_ts",
        "/3/unit_price",
        "/5/invoice_ts",
    ]
    assert await counted(shop) == (0, 0, 0)
