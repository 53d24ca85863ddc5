"""`pirwa import sales` on a month of a real shop's invoices."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

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


async def test_every_line_is_accounted_for_and_the_books_are_right(imported: tuple[Shop, SalesImported]) -> None:
    shop, done = imported
    assert done.reconciliation.complete
    assert done.reconciliation.file.lines == 34_057
    assert await counted(shop) == (done.products_created, done.postings + 3, 33_799 + len(done.opened))
    verifier = PostgresVerifier(shop.database)
    assert [await verifier.differences(shop.company_id, "shop", check) for check in verifier.checks if True] == [
        [] for _ in verifier.checks
    ]


async def test_importing_it_again_changes_nothing(imported: tuple[Shop, SalesImported]) -> None:
    shop, _ = imported
    before = await counted(shop)
    again = await bring_in(shop, MONTH)
    assert (again.postings, again.products_created, again.opened) == (0, 0, {})
    assert again.reconciliation.buckets[Skip.ALREADY_IMPORTED].lines == 33_799
    assert await counted(shop) == before


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
