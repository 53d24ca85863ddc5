"""`pirwa import stock` and `pirwa import products`: sheets of what a shop has, at the command line."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.postgres.imports import PostgresImports
from adapters.postgres.stock_import import PostgresStockBooks
from adapters.postgres.verification import PostgresVerifier
from adapters.spreadsheets.reader import SpreadsheetReader
from adapters.spreadsheets.xlsx_writer import XlsxWriter
from core.commands.stock_import import ImportStock, StockImport
from core.domain.errors import Forbidden, Invalid
from core.ports.clock import SystemClock
from tests.apps.command_line import CommandLine, as_url
from tests.shop import Shop

pytestmark = pytest.mark.anyio

Fault = tuple[str, str]


@pytest.fixture
def pirwa(
    shop: Shop, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    monkeypatch.setenv("PIRWA_DATABASE_URL", as_url(database_url))
    return CommandLine(shop, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def sheet(folder: Path, *rows: str, name: str = "stock.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(rows), "utf-8")
    return path


async def counted(shop: Shop) -> tuple[int, int, int]:
    """Postings, moves and lots of the company."""
    [row] = await shop.fetch(
        "SELECT (SELECT count(*) FROM posting), (SELECT count(*) FROM move), (SELECT count(*) FROM lot)"
    )
    return row[0], row[1], row[2]


async def wrong(shop: Shop) -> list[str]:
    verifier = PostgresVerifier(shop.database)
    return [
        found.detail
        for check in verifier.checks
        for found in await verifier.differences(shop.company_id, "shop", check)
    ]


async def opening_of(shop: Shop, sku: str, site: str = "UIO") -> tuple[Decimal, Decimal]:
    return await shop.on_hand_of(sku, site), await shop.value(sku, site)


# ------------------------------------------------------------------ opening stock


async def test_a_sheet_opens_the_stock_of_every_site_with_its_cost(pirwa: CommandLine, folder: Path) -> None:
    shop = pirwa.shop
    await shop.product("RICE", cost="2")
    await shop.product("SALT", cost="0.5")
    file = sheet(
        folder,
        "SKU,site,quantity,unit_cost",
        "RICE,UIO,10.5,3",
        "rice,gye,4,",
        "SALT,UIO,0,1",
    )
    answer = await pirwa.bring_in("stock", file)
    assert answer == {"lines": 3, "added": 2, "unchanged": 0, "empty": 1, "units": "14.5", "dry_run": False}
    assert await opening_of(shop, "RICE") == (Decimal("10.5"), Decimal("31.5"))
    assert await opening_of(shop, "RICE", "GYE") == (4, 8)  # without a cost, the product's own
    postings = await shop.fetch("SELECT kind, document_number, source FROM posting ORDER BY source")
    assert postings == [("opening", "stock.csv", "stock_file:gye"), ("opening", "stock.csv", "stock_file:uio")]
    assert await wrong(shop) == []


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(pirwa: CommandLine, folder: Path) -> None:
    await pirwa.shop.product("RICE")
    file = sheet(folder, "sku,quantity", "RICE,10")
    answer = await pirwa.bring_in("stock", file, "--site", "uio", "--dry-run")
    assert (answer["added"], answer["units"], answer["dry_run"]) == (1, "10", True)
    assert await counted(pirwa.shop) == (0, 0, 0)


async def test_the_same_sheet_again_changes_nothing_and_a_longer_one_adds_what_is_new(
    pirwa: CommandLine, folder: Path
) -> None:
    for sku in ("RICE", "SALT"):
        await pirwa.shop.product(sku)
    file = sheet(folder, "sku,quantity,unit_cost", "RICE,10,3")
    await pirwa.bring_in("stock", file, "--site", "UIO")
    await pirwa.shop.sell(("RICE", 4))
    before = await counted(pirwa.shop)
    again = await pirwa.bring_in("stock", file, "--site", "UIO")
    assert (again["added"], again["unchanged"]) == (0, 1)
    assert await counted(pirwa.shop) == before
    longer = sheet(folder, "sku,quantity", "SALT,5", "RICE,10", name="longer.csv")
    answer = await pirwa.bring_in("stock", longer, "--site", "UIO")
    assert (answer["added"], answer["unchanged"]) == (1, 1)
    assert await pirwa.shop.on_hand_of("RICE") == 6
    assert await pirwa.shop.on_hand_of("SALT") == 5


async def test_a_sheet_that_says_otherwise_than_the_books_is_refused_whoever_opened_the_stock(
    pirwa: CommandLine, folder: Path
) -> None:
    shop = pirwa.shop
    for sku in ("RICE", "SALT", "OIL"):
        await shop.product(sku)
    await pirwa.bring_in("stock", sheet(folder, "sku,quantity,unit_cost", "RICE,10,3"), "--site", "UIO")
    await shop.post("opening", "SALT", 7)
    before = await counted(shop)
    other = sheet(folder, "sku,quantity,unit_cost", "OIL,1,1", "RICE,10,3.5", "SALT,8,", name="other.csv")
    assert await pirwa.refused("stock", other, "--site", "UIO") == [
        ("/rows/3/unit_cost", "already_opened"),
        ("/rows/4/quantity", "already_opened"),
    ]
    assert await counted(shop) == before
    assert await pirwa.bring_in("stock", sheet(folder, "sku,quantity", "RICE,3"), "--site", "GYE")


async def test_a_reversed_opening_may_be_brought_in_again_and_again(pirwa: CommandLine, folder: Path) -> None:
    shop = pirwa.shop
    await shop.product("RICE")
    file = sheet(folder, "sku,quantity", "RICE,10")
    for _ in range(3):
        assert (await pirwa.bring_in("stock", file, "--site", "UIO"))["added"] == 1
        [[opening]] = await shop.fetch(
            "SELECT id FROM posting p WHERE reversal_of IS NULL"
            " AND NOT EXISTS (SELECT FROM posting r WHERE r.reversal_of = p.id)"
        )
        await shop.reverse(opening)
    corrected = sheet(folder, "sku,quantity", "RICE,12", name="corrected.csv")
    assert (await pirwa.bring_in("stock", corrected, "--site", "UIO"))["added"] == 1
    assert await shop.on_hand_of("RICE") == 12
    assert await wrong(shop) == []


async def test_lots_serial_numbers_and_expiry_come_in_from_a_workbook(pirwa: CommandLine, folder: Path) -> None:
    shop = pirwa.shop
    await shop.product("MILK", tracking="lot")
    await shop.product("LAP", tracking="serial")
    path = folder / "stock.xlsx"
    with path.open("wb") as target:
        XlsxWriter().write(
            target,
            ("sku", "site", "quantity", "lot", "serial", "expires_on"),
            [
                ("MILK", "UIO", 20, "L1", None, date(2031, 1, 31)),
                ("MILK", "GYE", 5, "L1", None, None),
                ("MILK", "UIO", Decimal("1.25"), "L2", None, None),
                ("LAP", "UIO", 1, None, "S-1", None),
                ("LAP", "GYE", 1, None, "S-2", None),
                ("LAP", "LAB", 0, None, None, None),
            ],
        )
    answer = await pirwa.bring_in("stock", path)
    assert (answer["added"], answer["empty"], answer["units"]) == (5, 1, "28.25")
    lots = await shop.fetch("SELECT number, is_serial, expires_on FROM lot ORDER BY number")
    assert lots == [("L1", False, date(2031, 1, 31)), ("L2", False, None), ("S-1", True, None), ("S-2", True, None)]
    assert await shop.on_hand_of("MILK") == Decimal("21.25")
    assert (await pirwa.bring_in("stock", path))["unchanged"] == 5
    assert await wrong(shop) == []


async def test_every_fault_of_every_line_is_named_and_nothing_is_written(pirwa: CommandLine, folder: Path) -> None:
    shop = pirwa.shop
    rice = await shop.product("RICE")
    await shop.product("MILK", tracking="lot")
    await shop.product("LAP", tracking="serial")
    await shop.product("OLD")
    await shop.kit("SET", {rice: "2"})
    await shop.fetch("UPDATE product SET active = false WHERE company_id = %s AND sku = 'OLD'", shop.company_id)
    await shop.post("receipt", "LAP", 1, site="GYE", lot="S-9")
    await shop.post("receipt", "MILK", 1, lot="L9", expires_on=date(2031, 5, 1))
    before = await counted(shop)
    file = sheet(
        folder,
        "sku,site,quantity,unit_cost,lot,expires_on,serial",
        "RICE,UIO,ten,-1,,,",
        "NONE,QUI,1,,,,",
        "RICE,,1,,L1,2031-02-30,",
        "MILK,UIO,1,,,,",
        "LAP,UIO,2,,,,S-1",
        "LAP,UIO,1,,,,S-9",
        "SET,UIO,1,,,,",
        "OLD,UIO,1,,,,",
        "RICE,GYE,5,,,,",
        "rice,gye,5,,,,",
        "MILK,UIO,1,,L9,2031-05-02,",
        "MILK,UIO,1,,L8,2031-05-02,",
        "MILK,GYE,1,,L8,2031-05-03,",
        ",UIO,,,,,",
        "RICE,LAB,999999999999,99999999999999,,,,,surplus",
        "LAP,UIO,1,,,,S-2",
        "LAP,GYE,1,,,,S-2",
    )
    expected: Sequence[Fault] = [
        ("/rows/2/quantity", "bad_format"),
        ("/rows/2/unit_cost", "out_of_range"),
        ("/rows/3/site", "not_found"),
        ("/rows/3/sku", "not_found"),
        ("/rows/4/expires_on", "bad_format"),
        ("/rows/4/site", "required"),
        ("/rows/4/lot", "unexpected"),
        ("/rows/5/lot", "required"),
        ("/rows/6/quantity", "serial"),
        ("/rows/7/serial", "serial_elsewhere"),
        ("/rows/8/sku", "kit"),
        ("/rows/9/sku", "inactive"),
        ("/rows/11/sku", "repeated"),
        ("/rows/12/expires_on", "expiry_differs"),
        ("/rows/14/expires_on", "expiry_differs"),
        ("/rows/15/sku", "required"),
        ("/rows/15/quantity", "required"),
        ("/rows/16/", "too_many_cells"),
        ("/rows/16/unit_cost", "out_of_range"),
        ("/rows/18/sku", "repeated"),
    ]
    assert sorted(await pirwa.refused("stock", file)) == sorted(expected)
    assert await counted(shop) == before


async def test_a_header_is_answered_with_all_its_faults_and_those_of_the_lines(
    pirwa: CommandLine, folder: Path
) -> None:
    await pirwa.shop.product("RICE")
    file = sheet(folder, "sku,site,amount,unit_cost", "RICE,UIO,10,dear")
    assert await pirwa.refused("stock", file) == [
        ("/columns/amount", "unknown_column"),
        ("/columns/quantity", "required"),
        ("/rows/2/unit_cost", "bad_format"),
    ]


async def test_a_refusal_is_printed_with_line_and_column(pirwa: CommandLine, folder: Path) -> None:
    await pirwa.shop.product("RICE")
    file = sheet(folder, "sku,quantity,colour", "RICE,ten,red", "NONE,1,red")
    status, out, err = await pirwa.run(
        "import", "stock", str(file), "--company", await pirwa.company_code(), "--site", "UIO"
    )
    assert (status, out) == (1, "")
    assert err.splitlines()[-4:] == [
        "Nothing was imported: 3 faults",
        "  line 1, column colour: must be one of sku, site, quantity, unit_cost, lot, expires_on, serial",
        "  line 2, column quantity: must be a number such as 1234.50",
        "  line 3, column sku: there is no product NONE",
    ]


async def test_a_file_said_to_be_for_one_site_may_not_name_another(pirwa: CommandLine, folder: Path) -> None:
    await pirwa.shop.product("RICE")
    file = sheet(folder, "sku,site,quantity", "RICE,UIO,1", "RICE,GYE,1")
    assert await pirwa.refused("stock", file, "--site", "UIO") == [("/rows/3/site", "not_found")]
    assert await pirwa.refused("stock", file, "--site", "QUI") == []


async def test_a_closed_site_takes_no_opening(pirwa: CommandLine, folder: Path) -> None:
    await pirwa.shop.product("RICE")
    await pirwa.shop.fetch(
        "UPDATE site SET active = false WHERE company_id = %s AND code = 'LAB'", pirwa.shop.company_id
    )
    file = sheet(folder, "sku,site,quantity", "RICE,LAB,1")
    assert await pirwa.refused("stock", file) == [("/rows/2/site", "closed")]


async def test_whoever_may_write_some_sites_opens_those_alone_and_needs_the_permission(
    shop: Shop, folder: Path
) -> None:
    await shop.product("RICE")
    bring_in = StockImport(PostgresImports(shop.database, PostgresStockBooks), SpreadsheetReader(), SystemClock())
    here = ImportStock(sheet(folder, "sku,site,quantity", "RICE,GYE,1", name="here.csv"))
    there = ImportStock(sheet(folder, "sku,site,quantity", "RICE,GYE,1", "RICE,UIO,1", name="there.csv"))
    with pytest.raises(Invalid) as refused:
        await bring_in(shop.actor("manager", "GYE"), there, lambda doing, lines: None)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/rows/3/site", "forbidden")]
    assert (await bring_in(shop.actor("manager", "GYE"), here, lambda doing, lines: None)).added == 1
    with pytest.raises(Forbidden):
        await bring_in(shop.actor("operator"), here, lambda doing, lines: None)


async def test_stock_may_be_opened_at_the_start_of_a_day_that_is_past_and_not_locked(
    pirwa: CommandLine, folder: Path
) -> None:
    shop = pirwa.shop
    await shop.product("RICE")
    file = sheet(folder, "sku,quantity", "RICE,10")
    await shop.lock_period(datetime(2026, 1, 31, 5, tzinfo=UTC))
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert await pirwa.refused("stock", file, "--site", "UIO", "--day", "2026-01-31") == [("/day", "period_locked")]
    assert await pirwa.refused("stock", file, "--site", "UIO", "--day", tomorrow) == [("/day", "in_the_future")]
    await pirwa.bring_in("stock", file, "--site", "UIO", "--day", "2026-02-01")
    [[at]] = await shop.fetch("SELECT effective_at FROM posting")
    assert at == datetime(2026, 2, 1, 5, tzinfo=UTC)  # midnight in Guayaquil
    await shop.lock_period(datetime(2026, 3, 1, tzinfo=UTC))
    assert (await pirwa.bring_in("stock", file, "--site", "UIO", "--day", "2026-02-01"))["unchanged"] == 1
    assert await wrong(shop) == []


async def test_a_sheet_of_many_lines_comes_in_as_one_and_says_how_far_it_is(pirwa: CommandLine, folder: Path) -> None:
    shop, lines = pirwa.shop, 22_000
    await shop.fetch(
        "INSERT INTO product (company_id, id, sku, name, tracking)"
        " SELECT %s, new_id(), 'P' || n, 'Product', 'lot' FROM generate_series(1, 3000) AS n",
        shop.company_id,
    )
    rows = (f"P{number % 3_000 + 1},{'UIO' if number % 2 else 'GYE'},2,1.5,L{number}" for number in range(lines))
    file = sheet(folder, "sku,site,quantity,unit_cost,lot", *rows)
    status, out, err = await pirwa.run("import", "stock", str(file), "--company", await pirwa.company_code())
    assert (status, out) == (
        0,
        "22,000 lines: 22,000 were opened with 44000 units, 0 are in the books already, 0 say 0.\n",
    )
    told = [line.strip() for line in err.split("\r")]
    assert told[1:] == [
        "reading: 20,000 lines",
        "checking: 22,000 lines",
        "posting: 0 lines",
        "posting: 22,000 lines",
    ]
    assert await counted(shop) == (lines // 1_000, lines, lines)
    assert (await pirwa.bring_in("stock", file))["unchanged"] == lines
    assert await wrong(shop) == []


async def test_sales_open_only_what_the_opening_of_an_earlier_day_does_not_cover(
    pirwa: CommandLine, folder: Path
) -> None:
    for sku in ("10001", "10002"):
        await pirwa.shop.product(sku)
    stock = sheet(folder, "sku,quantity", "10001,10")
    sales = sheet(
        folder,
        "invoice,stock_code,description,quantity,invoice_ts,unit_price,customer_id",
        "1,10001,RICE,7,2026-01-05T09:00,2,7",
        "2,10001,RICE,4,2026-01-06T09:00,2,7",
        "2,10002,SALT,3,2026-01-06T09:00,2,7",
        name="sales.csv",
    )
    await pirwa.bring_in("stock", stock, "--site", "UIO", "--day", "2026-01-01")
    answer = await pirwa.bring_in("sales", sales, "--site", "UIO")
    assert answer["opening"] == {"products": 2, "units": "4"}
    assert await pirwa.shop.on_hand_of("10001") == 0
    assert (await pirwa.bring_in("stock", stock, "--site", "UIO"))["unchanged"] == 1
    forgotten = sheet(folder, "sku,quantity", "10002,5", name="forgotten.csv")
    assert await pirwa.refused("stock", forgotten, "--site", "UIO") == [("/rows/2/quantity", "already_opened")]


# ------------------------------------------------------------------ products


async def test_products_are_created_and_changed_from_a_sheet(pirwa: CommandLine, folder: Path) -> None:
    first = sheet(folder, "sku,name,category,price", "RICE,Rice,Food > Grain,2.50", "SALT,Salt,Food,1", name="p.csv")
    answer = await pirwa.bring_in("products", first, "--dry-run")
    assert answer == {"created": 2, "updated": 0, "unchanged": 0, "categories_created": 2, "dry_run": True}
    assert await pirwa.shop.fetch("SELECT sku FROM product") == []
    await pirwa.bring_in("products", first)
    second = sheet(folder, "sku,name,price", "RICE,Rice,2.75", "SALT,,", "OIL,Oil,8", name="p.csv")
    answer = await pirwa.bring_in("products", second)
    assert (answer["created"], answer["updated"], answer["unchanged"]) == (1, 1, 1)
    prices = await pirwa.shop.fetch("SELECT sku, price FROM product ORDER BY sku")
    assert prices == [("OIL", 8), ("RICE", Decimal("2.75")), ("SALT", 1)]


async def test_products_come_from_a_workbook_too_and_the_answer_can_be_read(pirwa: CommandLine, folder: Path) -> None:
    path = folder / "products.xlsx"
    with path.open("wb") as target:
        XlsxWriter().write(target, ("sku", "name", "price"), [("RICE", "Rice", Decimal("2.5"))])
    status, out, err = await pirwa.run("import", "products", str(path), "--company", await pirwa.company_code())
    assert (status, out) == (
        0,
        "1 products were created and 0 changed; 0 are as they were. 0 categories were added.\n",
    )
    assert "checking: 1 lines" in err


async def test_every_fault_of_a_sheet_of_products_is_named_and_nothing_is_written(
    pirwa: CommandLine, folder: Path
) -> None:
    file = sheet(folder, "sku,name,price,weight", "RICE,Rice,cheap,1", "SALT,,-1,1", "OIL,Oil,8,1")
    assert await pirwa.refused("products", file) == [
        ("/columns/weight", "unknown_column"),
        ("/rows/2/price", "bad_format"),
        ("/rows/3/name", "required"),
        ("/rows/3/price", "out_of_range"),
    ]
    assert await pirwa.shop.fetch("SELECT sku FROM product") == []


async def test_a_file_or_company_that_is_not_there_and_a_file_that_is_no_table_are_told_plainly(
    pirwa: CommandLine, folder: Path
) -> None:
    missing = folder / "missing.csv"
    for kind in ("products", "stock", "sales"):
        status, _, err = await pirwa.run("import", kind, str(missing), "--company", "nobody")
        assert (status, err) == (1, f"pirwa: there is no file {missing}\n")
    file = sheet(folder, "sku,quantity", "RICE,1")
    status, _, err = await pirwa.run("import", "stock", str(file), "--company", "nobody")
    assert (status, err) == (1, "pirwa: there is no company nobody\n")
    text = sheet(folder, "sku,quantity", "RICE,1", name="stock.txt")
    status, _, err = await pirwa.run("import", "stock", str(text), "--company", await pirwa.company_code())
    assert status == 1
    assert err.splitlines()[-1] == "Nothing was imported: only .csv, .csv.gz and .xlsx files can be read"
