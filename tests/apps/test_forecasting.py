"""Forecasts from the ledger's sales: what counts as demand, the fit, the weekly step, two workers, what people are told."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from adapters.postgres import forecast_runs
from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database, Scope
from adapters.postgres.forecast_runs import PostgresForecastRuns
from adapters.postgres.forecasts import PostgresForecastStore
from adapters.postgres.imports import PostgresImports
from adapters.postgres.sales_import import PostgresSalesBooks
from adapters.spreadsheets.limits import SheetLimits
from adapters.spreadsheets.reader import SpreadsheetReader
from apps.worker.forecasting import Forecaster
from core.commands.sales_import import ImportSales, SalesImport
from core.commands.stock import ReturnLine, ReturnSale, return_sale
from core.domain.demand import DemandHistory, monday_of
from core.domain.ids import new_id
from core.forecasting.history import quantities
from core.ports.clock import SystemClock
from core.ports.forecasts import ForecastRun, LeaseLost, RunKind
from tests.api import Api
from tests.shop import Shop

pytestmark = pytest.mark.anyio

WEEK = timedelta(weeks=1)
LEASE = timedelta(minutes=5)
GONE = np.nan


class FixedClock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


@pytest.fixture(scope="module")
async def dispatch(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, role="pirwa_dispatch", size=4)
    await database.open()
    yield database
    await database.close()


def this_monday() -> date:
    """Where the company is, five hours behind UTC."""
    return monday_of((datetime.now(UTC) - timedelta(hours=5)).date())


def noon(monday: date, weeks_before: int, weekday: int = 2) -> datetime:
    """In the week that many weeks before this one, on Wednesday."""
    return datetime.combine(monday - weeks_before * WEEK + timedelta(days=weekday), time(17), UTC)


def worker(shop: Shop, dispatch: Database, monday: date) -> Forecaster:
    """One that believes it to be the noon of this Monday."""
    clock = FixedClock(datetime.combine(monday, time(17), UTC))
    runs = PostgresForecastRuns(shop.database, dispatch)
    return Forecaster(DueWork(dispatch), runs, PostgresForecastStore(shop.database), clock)


async def work(shop: Shop, dispatch: Database, monday: date) -> None:
    """All that is due on this Monday."""
    forecaster = worker(shop, dispatch, monday)
    await forecaster.runs.plan(shop.company_id, forecaster.clock.now())
    while await forecaster.forecast():
        pass


async def runs(shop: Shop) -> list[tuple[Any, ...]]:
    return await shop.fetch("SELECT as_of, kind, state, attempts, series, series_done FROM forecast_run ORDER BY as_of")


async def demand(shop: Shop, monday: date, weeks: int) -> list[float]:
    """The demand of the shop's only product at UIO, of so many weeks."""
    run = ForecastRun(UUID(int=1), shop.company_id, monday, RunKind.FIT, 1)
    rows: list[DemandHistory] = []
    async with aclosing(PostgresForecastStore(shop.database).histories(run, weeks)) as batches:
        async for batch in batches:
            rows += batch
    known: list[float] = quantities([row for row in rows if row.site_id == shop.sites["UIO"]], weeks)[:, 0].tolist()
    return known


async def sold_weekly(shop: Shop, sku: str, quantities: list[int], monday: date) -> None:
    """One sale a week, the last one in the week before this Monday."""
    for weeks_before, quantity in zip(range(len(quantities), 0, -1), quantities, strict=True):
        if quantity:
            await shop.post("sale", sku, quantity, at=noon(monday, weeks_before))


class TestDemand:
    async def test_weeks_without_stock_and_before_the_listing_say_nothing(self, shop: Shop) -> None:
        """Seen to fail with such weeks counted as 0."""
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 10, at=noon(monday, 7, 0))
        await shop.post("receipt", "TEA", 5, at=noon(monday, 3, 0))
        await sold_weekly(shop, "TEA", [4, 6, 0, 0, 0, 3, 0], monday)
        # The week of the second receipt had stock, and no sale; the one before it had none all week, nor had the first of all.
        assert await demand(shop, monday, 8) == pytest.approx([GONE, 4, 6, GONE, GONE, 0, 3, 0], nan_ok=True)

    async def test_where_stock_may_be_negative_nothing_hinders_a_sale(self, shop: Shop) -> None:
        """But before its first movement a product was not there. Seen to fail with all weeks counted."""
        monday = this_monday()
        await shop.product("TEA")
        await shop.allow_negative("UIO")
        await sold_weekly(shop, "TEA", [4, 0, 6], monday)
        assert await demand(shop, monday, 5) == pytest.approx([GONE, GONE, 4, 0, 6], nan_ok=True)

    async def test_a_sale_taken_back_as_a_mistake_was_no_demand(self, shop: Shop) -> None:
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 100, at=noon(monday, 3, 0))
        wrong = await shop.post("sale", "TEA", 50, at=noon(monday, 2))
        await shop.post("sale", "TEA", 7, at=noon(monday, 2))
        await shop.reverse(wrong.id)
        assert await demand(shop, monday, 3) == [0, 7, 0]

    async def test_a_sale_that_came_back_whole_within_a_week_was_no_demand(self, shop: Shop) -> None:
        """One that came back later, or in part, was."""
        next_monday = this_monday() + WEEK
        tea = await shop.product("TEA")
        await shop.post("receipt", "TEA", 100, at=noon(next_monday, 4, 0))
        for quantity, back in ((20, 20), (5, 4)):
            sale = await shop.post("sale", "TEA", quantity)
            await shop.run(return_sale, shop.admin, (sale.id, ReturnSale(lines=[ReturnLine(tea, Decimal(back))])))
        long_ago = await shop.post("sale", "TEA", 30, at=noon(next_monday, 3))
        await shop.run(return_sale, shop.admin, (long_ago.id, ReturnSale()))
        assert await demand(shop, next_monday, 4) == [0, 30, 0, 5]

    async def test_a_return_that_names_no_sale_is_held_against_the_only_one_it_can_mean(self, shop: Shop) -> None:
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 500, at=noon(monday, 4, 0))
        for quantity in (90, 6, 6):
            await shop.post("sale", "TEA", quantity, at=noon(monday, 3))
        for quantity in (90, 6, 3):
            await shop.post("customer_return", "TEA", quantity, at=noon(monday, 3, 4))
        await shop.post("sale", "TEA", 40, at=noon(monday, 2, 0))
        await shop.post("customer_return", "TEA", 40, at=noon(monday, 1))
        assert await demand(shop, monday, 4) == [0, 12, 40, 0]

    async def test_goods_between_sites_are_no_demand(self, shop: Shop) -> None:
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 100, at=noon(monday, 3, 0))
        await shop.post("adjustment", "TEA", -30, at=noon(monday, 2))
        await shop.post("scrap", "TEA", 5, at=noon(monday, 2))
        await shop.post("issue", "TEA", 2, at=noon(monday, 2))
        assert await demand(shop, monday, 3) == [0, 2, 0]

    async def test_a_week_begins_where_the_company_is(self, shop: Shop) -> None:
        """On Monday at 4 in the morning in UTC it is still Sunday in Guayaquil."""
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 100, at=noon(monday, 3, 0))
        await shop.post("sale", "TEA", 3, at=datetime.combine(monday - WEEK, time(4), UTC))
        assert await demand(shop, monday, 3) == [0, 3, 0]


@pytest.fixture(scope="module")
async def long_database(database_url: str) -> AsyncIterator[Database]:
    """Connections that may take their time, as the worker has them."""
    database = Database(database_url, size=4, statement_timeout="5min")
    await database.open()
    yield database
    await database.close()


async def imported(shop: Shop, folder: Path, monday: date) -> None:
    """Sixty weeks of a shop's invoices: a steady product, one in demand every fourth week, and one that has come up lately."""
    lines = []
    for week in range(60, 0, -1):
        at = (noon(monday, week) - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
        sold = {"10001": 10 + week % 3, "10002": 8 if week % 4 == 0 else 0, "10003": 40 if week <= 6 else 2 + week % 2}
        lines += [
            (f"5{week:05}", code, f"Product {code}", units, at, "2.50", "17850", "EC")
            for code, units in sold.items()
            if units
        ]
    path = folder / "sales.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        head = [
            "invoice",
            "stock_code",
            "description",
            "quantity",
            "invoice_ts",
            "unit_price",
            "customer_id",
            "country",
        ]
        csv.writer(file).writerows([head, *lines])
    work = SalesImport(
        PostgresImports(shop.database, PostgresSalesBooks), SpreadsheetReader(SheetLimits()), SystemClock()
    )
    await work(shop.admin, ImportSales(path, "UIO", "America/Guayaquil"), lambda doing, lines: None)


class TestRuns:
    async def test_imported_sales_become_forecasts_that_people_can_read(
        self, shop: Shop, api: Api, long_database: Database, dispatch: Database, tmp_path: Path
    ) -> None:
        monday = this_monday()
        await imported(shop, tmp_path, monday)
        await shop.post("receipt", "10001", 35)
        long_shop = Shop(long_database, shop.company_id, shop.user_id, shop.sites)
        await work(long_shop, dispatch, monday)
        assert await runs(shop) == [(monday, "fit", "done", 1, 3, 3)]

        viewer = await api.client("viewer")
        page = await viewer.get_ok("/forecasts", include="total")
        assert (page["total"], [(one["sku"], one["site"], one["as_of"]) for one in page["items"]]) == (
            3,
            [(sku, "UIO", monday.isoformat()) for sku in ("10001", "10002", "10003")],
        )
        steady, rare, risen = page["items"]
        assert Decimal(steady["weekly_mean"]) == pytest.approx(Decimal(11), abs=Decimal(1))
        assert Decimal(rare["weekly_mean"]) == pytest.approx(Decimal(2), abs=Decimal("0.8"))
        assert Decimal(risen["weekly_mean"]) > 15
        assert (steady["quality"]["verdict"], steady["basis"], steady["weeks_of_history"]) == ("good", "history", 60)
        assert steady["quality"]["demand_changed"] is False
        assert risen["quality"]["demand_changed"] is True
        for one in page["items"]:
            for figures in one["horizons"]:
                quantiles = [Decimal(each) for each in figures["quantiles"].values()]
                assert quantiles == sorted(quantiles)
        # About 35 units on hand and 11 a week.
        assert (await shop.on_hand_of("10001")) == 35
        days = (date.fromisoformat(steady["depletes_on"]) - datetime.now(UTC).date()).days
        assert 18 <= days <= 27
        assert steady["at_risk_on"] <= steady["depletes_on"]

        [run] = await viewer.get_ok("/forecasts/runs")
        assert (run["state"], run["series"], run["series_done"]) == ("done", 3, 3)
        assert [one["sku"] for one in (await viewer.get_ok("/forecasts", product="10002", site="uio"))["items"]] == [
            "10002"
        ]
        assert (await viewer.get_ok("/forecasts", site="GYE"))["items"] == []

    async def test_pages_follow_each_other_and_reach_no_further_than_the_reader(
        self, shop: Shop, api: Api, dispatch: Database
    ) -> None:
        monday = this_monday()
        for sku in ("b", "A"):
            await shop.product(sku)
            for site in ("UIO", "GYE"):
                await shop.post("receipt", sku, 9, site=site, at=noon(monday, 5))
        await work(shop, dispatch, monday)
        manager = await api.client("manager")
        first = await manager.get_ok("/forecasts", limit=3)
        rest = await manager.get_ok("/forecasts", limit=3, cursor=first["next_cursor"])
        shown = [(one["sku"], one["site"]) for one in [*first["items"], *rest["items"]]]
        assert shown == [("A", "GYE"), ("A", "UIO"), ("b", "GYE"), ("b", "UIO")]
        assert rest["next_cursor"] is None
        elsewhere = await api.client("manager", "GYE")
        assert {one["site"] for one in (await elsewhere.get_ok("/forecasts"))["items"]} == {"GYE"}
        assert (await (await api.client("operator")).get("/forecasts")).status_code == 403

    async def test_a_week_later_a_step_takes_in_the_week_and_after_four_all_is_learnt_anew(
        self, shop: Shop, dispatch: Database
    ) -> None:
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 1000, at=noon(monday, 30))
        await sold_weekly(shop, "TEA", [10] * 20 + [30], monday)
        for weeks_before in (4, 3, 2, 1):
            await work(shop, dispatch, monday - weeks_before * WEEK)
        [(before,)] = await shop.fetch("SELECT mean[1] FROM demand_forecast")
        await shop.product("NEW")
        await shop.post("receipt", "NEW", 5, at=noon(monday, 1))
        await work(shop, dispatch, monday)
        assert [row[:3] for row in await runs(shop)] == [
            (monday - weeks * WEEK, kind, "done")
            for weeks, kind in ((4, "fit"), (3, "step"), (2, "step"), (1, "step"), (0, "fit"))
        ]
        rows = await shop.fetch(
            "SELECT p.sku, f.as_of, f.weeks, f.mean[1] FROM demand_forecast f JOIN product p ON p.id = f.product_id ORDER BY 1"
        )
        assert [row[:3] for row in rows] == [("NEW", monday, 1), ("TEA", monday, 30)]
        assert before < 11 < rows[1][3]

    async def test_two_workers_make_the_forecasts_of_a_company_once(self, shop: Shop, dispatch: Database) -> None:
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 1000, at=noon(monday, 3))
        workers = [worker(shop, dispatch, monday) for _ in range(4)]
        for one in workers:
            await one.runs.plan(shop.company_id, one.clock.now())
        assert sorted(await asyncio.gather(*(one.forecast() for one in workers))) == [False, False, False, True]
        assert await runs(shop) == [(monday, "fit", "done", 1, 1, 1)]

    async def test_a_run_that_is_being_claimed_is_passed_over(self, shop: Shop, dispatch: Database) -> None:
        """Seen to fail without the lock on the row."""
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 10, at=noon(monday, 3))
        forecaster = worker(shop, dispatch, monday)
        await forecaster.runs.plan(shop.company_id, forecaster.clock.now())
        async with dispatch.transaction(Scope()) as connection:
            cursor = await connection.execute(forecast_runs._CLAIM, {"token": new_id(), "lease": timedelta(0)})
            assert [row[0] for row in await cursor.fetchall()] == [shop.company_id]
            assert not await forecaster.forecast()
        assert await forecaster.forecast()

    async def test_whoever_lost_the_lease_keeps_nothing_more(self, shop: Shop, dispatch: Database) -> None:
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 1000, at=noon(monday, 3))
        first, second = worker(shop, dispatch, monday), worker(shop, dispatch, monday)
        await first.runs.plan(shop.company_id, first.clock.now())
        slow = await first.runs.claim(timedelta(0))
        assert slow is not None
        assert await second.forecast()
        for late in (
            first.store.begin(slow, 1),
            first.store.keep(slow, [], LEASE),
            first.store.finish(slow, None, noon(monday, 0)),
        ):
            with pytest.raises(LeaseLost):
                await late
        assert await runs(shop) == [(monday, "fit", "done", 2, 1, 1)]

    async def test_people_are_told_once_that_demand_has_changed(self, shop: Shop, dispatch: Database) -> None:
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 10_000, at=noon(monday, 40))
        await sold_weekly(shop, "TEA", [10, 12] * 16 + [100] * 6, monday)
        for weeks_before in (7, 3, 2, 1, 0):
            await work(shop, dispatch, monday - weeks_before * WEEK)
        events = await shop.fetch(
            "SELECT data ->> 'site', data ->> 'direction' FROM outbox_event WHERE type = 'demand_changed'"
        )
        assert events == [(str(shop.sites["UIO"]), "up")]

    async def test_a_product_that_is_no_longer_sold_has_no_forecast(self, shop: Shop, dispatch: Database) -> None:
        monday = this_monday()
        await shop.product("TEA")
        await shop.post("receipt", "TEA", 10, at=noon(monday, 3))
        await work(shop, dispatch, monday - WEEK)
        await shop.fetch("UPDATE product SET active = false WHERE company_id = %s", shop.company_id)
        await work(shop, dispatch, monday)
        assert await shop.fetch("SELECT 1 FROM demand_forecast") == []
