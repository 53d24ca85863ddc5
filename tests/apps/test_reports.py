"""Reports over HTTP: what they say is what the ledger says, in every format, for everybody what they may see."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from core.domain.report import REPORTS, ReportName
from core.domain.report_words import WORDS
from tests.api import Api, Client

pytestmark = pytest.mark.anyio

TODAY = datetime.now(UTC)
DATES = {"since": f"{TODAY - timedelta(days=40):%Y-%m-%d}", "until": f"{TODAY + timedelta(days=1):%Y-%m-%d}"}
NO_PERIOD = {ReportName.STOCK_ON_HAND, ReportName.STOCK_VALUATION, ReportName.LOW_STOCK, ReportName.DEPLETION}


async def a_shop(api: Api) -> Client:
    """Two products at two sites: bought, sold, returned, written off."""
    client = await api.client("admin")
    group = await client.post_ok("/categories", {"name": "Tazas"})
    for sku, name in (("CUP", "Taza azul"), ("BOX", "=1+1 <b>Caja</b>")):
        body = {"sku": sku, "name": name, "price": "12.50", "category": group["id"] if sku == "CUP" else None}
        await client.post_ok("/products", body)
    await api.shop.post("receipt", "CUP", 100, unit_cost=Decimal(5))
    await api.shop.post("receipt", "CUP", 20, site="GYE", unit_cost=Decimal(6))
    await api.shop.post("receipt", "BOX", 10, unit_cost=Decimal(2))
    await sell(client, "CUP", "UIO", "30", "12.50")
    await sell(client, "CUP", "GYE", "5", "13.00")
    await sell(client, "BOX", "UIO", "4", "3.25")
    await api.shop.post("scrap", "BOX", 1)
    return client


async def sell(client: Client, sku: str, site: str, quantity: str, price: str) -> None:
    line = {"product": sku, "site": site, "quantity": quantity, "unit_price": price}
    await client.post_ok("/sales", {"document": {"type": "sales_note", "number": f"N-{sku}-{site}"}, "lines": [line]})


def period(name: ReportName) -> dict[str, str]:
    return {} if name in NO_PERIOD else dict(DATES)


async def rows(client: Client, name: str, **query: str) -> list[dict[str, Any]]:
    report = ReportName(name)
    return list((await client.get_ok(f"/reports/{name}", **period(report), **query))["rows"])


async def test_a_period_that_ends_where_the_calendar_begins_is_a_short_one(api: Api) -> None:
    """Seen to fail when thirty days were taken from whatever day was given."""
    client = await a_shop(api)
    shown = await client.get_ok("/reports/sales_by_date", until="0001-01-01")
    assert shown["count"] == 0


@pytest.mark.parametrize("name", list(ReportName))
async def test_every_report_can_be_shown_and_written_in_every_format(api: Api, name: ReportName) -> None:
    client = await a_shop(api)
    query = {**period(name), **({"product": "CUP"} if REPORTS[name].of_one_product else {})}
    shown = await client.get_ok(f"/reports/{name}", **query)
    assert [column["name"] for column in shown["columns"]] == [column.name for column in REPORTS[name].columns]
    assert shown["count"] == len(shown["rows"])
    made = {form: await client.get(f"/reports/{name}.{form}", params=query) for form in ("csv", "xlsx", "pdf")}
    assert {form: answer.status_code for form, answer in made.items()} == {"csv": 200, "xlsx": 200, "pdf": 200}
    table = list(csv.reader(io.StringIO(made["csv"].content.decode("utf-8-sig"))))
    assert len(table) == shown["count"] + 1
    sheet = openpyxl.load_workbook(io.BytesIO(made["xlsx"].content)).active
    assert sheet is not None
    assert sheet["A1"].value == f"{shown['title']} · {shown['company']}"
    head = len(shown["about"]) + 3
    assert [cell.value for cell in sheet[head]] == [column["title"] for column in shown["columns"]]
    assert (sheet.freeze_panes, sheet.auto_filter.ref.split(":")[0]) == (f"A{head + 1}", f"A{head}")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made["pdf"].content)).pages)
    assert shown["title"] in text


async def test_a_report_speaks_the_language_that_is_asked_for(api: Api) -> None:
    """Seen to fail with the list in the company's language alone."""
    client = await a_shop(api)
    listed, shown = {}, {}
    for language in ("es", "en"):
        listed[language] = {one["name"]: one["title"] for one in await client.get_ok("/reports", language=language)}
        report = await client.get_ok("/reports/movements", **DATES, language=language)
        shown[language] = (report["title"], report["rows"][0]["kind"])
        csv_of = await client.get("/reports/movements.csv", params={**DATES, "language": language})
        assert WORDS[language].columns["quantity_in"] in csv_of.text.splitlines()[0]
    assert listed == {language: dict(WORDS[language].titles) for language in listed}
    assert shown == {"es": ("Movimientos", "Entrada"), "en": ("Movements", "Receipt")}
    assert (await client.get("/reports", params={"language": "fr"})).status_code == 422


def test_every_report_has_its_words_in_both_languages() -> None:
    columns = {column.name for report in REPORTS.values() for column in report.columns}
    for words in WORDS.values():
        assert set(words.titles) == {name.value for name in ReportName}
        assert set(words.columns) == columns
    assert set(WORDS["es"].around) == set(WORDS["en"].around)
    assert set(WORDS["es"].words) == set(WORDS["en"].words)


async def test_stock_and_its_value_are_those_of_the_ledger(api: Api) -> None:
    client = await a_shop(api)
    shown = await client.get_ok("/reports/stock_on_hand")
    assert [(row["sku"], row["site"], row["on_hand"], row["value"]) for row in shown["rows"]] == [
        ("BOX", "UIO", "5", "10"),
        ("CUP", "GYE", "15", "90"),
        ("CUP", "UIO", "70", "350"),
    ]
    assert (shown["totals"]["on_hand"], shown["totals"]["value"]) == ("90", "450")
    as_of = await client.get_ok("/stock/as-of", at=datetime.now(UTC).isoformat())
    valued = await client.get_ok("/reports/stock_valuation")
    assert valued["totals"]["value"] == as_of["total_value"] == "450"
    before = await client.get_ok("/reports/stock_valuation", day="2001-01-01")
    assert before["rows"] == []


async def test_sales_are_summed_by_whatever_they_are_looked_at_by(api: Api) -> None:
    """Seen to fail when returns were counted as sales."""
    client = await a_shop(api)
    by_product = await rows(client, "sales_by_product")
    assert [(row["sku"], row["quantity"], row["income"], row["cost"], row["margin"]) for row in by_product] == [
        ("CUP", "35", "440", "180", "260"),
        ("BOX", "4", "13", "8", "5"),
    ]
    by_site = {row["site"]: row["income"] for row in await rows(client, "sales_by_site")}
    assert by_site == {"UIO": "388", "GYE": "65"}
    by_category = {row["category"]: row["income"] for row in await rows(client, "sales_by_category")}
    assert by_category == {"Tazas": "440", "": "13"}
    [day] = await rows(client, "sales_by_date")
    assert day["income"] == "453"
    sale = (await client.get_ok("/stock/postings", kind="sale", product="BOX"))["items"][0]
    part = {"lines": [{"product": sale["lines"][0]["product"], "quantity": "1"}]}
    await client.post_ok(f"/sales/{sale['id']}/return", part)
    [day] = await rows(client, "sales_by_date")
    assert (day["quantity"], day["income"]) == ("38", "449.75")


async def test_a_kit_counts_as_kits(api: Api) -> None:
    """Seen to fail when the components were counted."""
    client = await a_shop(api)
    parts = [{"product": "CUP", "quantity": "2"}, {"product": "BOX", "quantity": "1"}]
    await client.post_ok("/products", {"sku": "SET", "name": "Juego", "kind": "kit", "components": parts})
    await sell(client, "SET", "UIO", "3", "30.00")
    sold = {row["sku"]: (row["quantity"], row["income"], row["cost"]) for row in await rows(client, "sales_by_product")}
    assert sold["SET"] == ("3", "90", "36")


async def test_the_kardex_runs_from_the_balance_before(api: Api) -> None:
    """Seen to fail when the period began with nothing."""
    client = await a_shop(api)
    shown = await rows(client, "kardex", product="CUP", site="UIO")
    assert [(row["quantity_in"], row["quantity_out"], row["balance"], row["balance_value"]) for row in shown] == [
        (None, None, "0", "0"),
        ("100", None, "100", "500"),
        (None, "30", "70", "350"),
    ]
    later = await client.get_ok("/reports/kardex", product="CUP", since=DATES["until"], until=DATES["until"])
    assert [(row["kind"], row["balance"], row["balance_value"]) for row in later["rows"]] == [
        (WORDS["es"].words["balance_before"], "85", "440")
    ]
    missing = await client.get("/reports/kardex")
    assert [(one["pointer"], one["code"]) for one in missing.json()["errors"]] == [("/query/product", "required")]


async def test_the_days_add_up(api: Api) -> None:
    client = await a_shop(api)
    [day] = await rows(client, "daily")
    assert (day["received"], day["issued"], day["sold"], day["income"]) == ("130", "1", "39", "453")
    assert (day["cost"], day["margin"]) == ("188", "265")


async def test_whoever_may_not_see_costs_sees_none_anywhere(api: Api) -> None:
    await a_shop(api)
    viewer = await api.client("viewer")
    shown = await viewer.get_ok("/reports/stock_on_hand")
    assert {"unit_cost", "value"}.isdisjoint(column["name"] for column in shown["columns"])
    assert "value" not in shown["totals"]
    assert {"unit_cost", "value"}.isdisjoint(shown["rows"][0])
    assert (await viewer.get("/reports/stock_valuation")).status_code == 403
    assert "stock_valuation" not in {one["name"] for one in await viewer.get_ok("/reports")}


async def test_a_report_stops_at_the_sites_of_its_reader(api: Api) -> None:
    """Seen to fail when the reach was left out."""
    await a_shop(api)
    manager = await api.client("manager", "GYE")
    assert {row["site"] for row in await rows(manager, "stock_on_hand")} == {"GYE"}
    assert [row["income"] for row in await rows(manager, "sales_by_site")] == ["65"]
    other = await manager.get("/reports/stock_on_hand", params={"site": "UIO"})
    assert [(one["pointer"], one["code"]) for one in other.json()["errors"]] == [("/query/site", "not_found")]


async def test_all_that_is_wrong_is_said_at_once(api: Api) -> None:
    client = await api.client("admin")
    query = {"since": "2031-02-01", "until": "2031-01-01", "day": "2031-01-01", "site": "NOWHERE", "product": "GONE"}
    answer = await client.get("/reports/movements", params=query)
    assert answer.status_code == 422
    assert {(one["pointer"], one["code"]) for one in answer.json()["errors"]} == {
        ("/query/day", "not_allowed"),
        ("/query/site", "not_found"),
        ("/query/product", "not_found"),
        ("/query/until", "out_of_range"),
    }
    for name in ("nothing", "daily.doc", "daily."):
        assert (await client.get(f"/reports/{name}")).status_code == 404


async def test_what_people_write_is_text_in_every_format(api: Api) -> None:
    """Seen to fail when the cells of a sheet were written as they are."""
    client = await a_shop(api)
    table = (await client.get("/reports/stock_on_hand.csv")).content.decode("utf-8-sig")
    assert '"\'=1+1 <b>Caja</b>"' in table
    sheet = openpyxl.load_workbook(io.BytesIO((await client.get("/reports/stock_on_hand.xlsx")).content)).active
    assert sheet is not None
    found = [cell for row in sheet.iter_rows() for cell in row if "Caja" in str(cell.value)]
    assert [(cell.value, cell.data_type) for cell in found] == [("=1+1 <b>Caja</b>", "s")]
    text = PdfReader(io.BytesIO((await client.get("/reports/stock_on_hand.pdf")).content)).pages[0].extract_text()
    assert "=1+1 <b>Caja</b>" in text


async def test_numbers_of_a_sheet_are_numbers_and_its_totals_are_their_sums(api: Api) -> None:
    client = await a_shop(api)
    sheet = openpyxl.load_workbook(io.BytesIO((await client.get("/reports/stock_on_hand.xlsx")).content)).active
    assert sheet is not None
    table = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]
    assert table[0][5:11] == [5, 0, 5, None, 2, 10]
    assert table[-1][5:11] == [90, 0, 90, None, None, 450]
    formats = [sheet[f"{column}6"].number_format for column in "FJK"]
    assert formats == ["#,##0.######", "#,##0.00##", "#,##0.00"]
    assert sheet.cell(sheet.max_row, 11).font.bold


async def test_a_printed_report_has_cents_and_what_one_unit_costs_to_the_last_figure(api: Api) -> None:
    client = await api.client("admin")
    await client.post_ok("/products", {"sku": "TEA", "name": "Té"})
    await api.shop.post("receipt", "TEA", 3, unit_cost=Decimal("0.3333"))
    answer = await client.get("/reports/stock_on_hand.pdf")
    text = " ".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
    assert "0,3333 1,00" in text or "0.3333 1.00" in text
