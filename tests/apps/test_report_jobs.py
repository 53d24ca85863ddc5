"""Reports in the background: whoever asked sees how far they have come, can cancel them, and alone gets the file."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import pytest

from adapters.local_disk.file_store import LocalDiskStore
from adapters.postgres.engine import Database, Scope
from adapters.postgres.jobs import PostgresJobQueue
from adapters.postgres.queries.forecasts import PostgresForecastReader
from adapters.postgres.reports.reader import PostgresReports
from adapters.postgres.repositories.identity import PostgresIdentities
from adapters.spreadsheets.csv_report import CsvReport
from apps.settings import Settings
from apps.worker.reporting import MOST_TRIES, Reporter
from core.domain.errors import Busy
from core.domain.job import KEPT, MOST_OPEN
from core.domain.report import ReportFormat, ReportName
from core.ports.clock import SystemClock
from core.ports.documents import ReportWriter
from core.ports.files import StoredFile
from core.ports.reports import ReportFilter
from core.queries.report_files import AT_A_TIME, Reports
from tests.api import Api, Client

pytestmark = pytest.mark.anyio

STOCK = {"report": "stock_on_hand", "format": "csv"}
Interfere = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class Desk:
    """A worker that makes reports, step by step, in the company of a test."""

    api: Api
    reporter: Reporter

    async def work(self) -> None:
        while await self.reporter.make():
            pass


@pytest.fixture
async def desk(api: Api, settings: Settings) -> AsyncIterator[Desk]:
    database, clock = api.shop.database, SystemClock()
    dispatch = Database(str(settings.database_url), role="pirwa_dispatch", size=2)
    await dispatch.open()
    queue = PostgresJobQueue(database, dispatch)
    reports = Reports(
        PostgresReports(database), PostgresForecastReader(database, clock), {ReportFormat.CSV: CsvReport}, clock
    )
    store = LocalDiskStore(settings.data / "files")
    yield Desk(api, Reporter(queue, reports, store, PostgresIdentities(database), clock))
    await dispatch.fetch(
        Scope(), "DELETE FROM job WHERE company_id = %s", (api.shop.company_id,)
    )  # others take any job
    await dispatch.close()


async def stocked(api: Api, role: str = "admin") -> Client:
    client = await api.client(role)
    if role == "admin":
        await client.post_ok("/products", {"sku": "CUP", "name": "Taza"})
        await api.shop.post("receipt", "CUP", 7)
    return client


async def test_a_report_is_made_and_fetched_by_whoever_asked_for_it(desk: Desk) -> None:
    """Seen to fail when jobs were found by their id alone."""
    client = await stocked(desk.api)
    asked = await client.send_json("/jobs", STOCK)
    assert asked.status_code == 202
    job = asked.json()
    assert (job["state"], job["percent"], job["filters"]["site"]) == ("waiting", 0, None)
    assert (await client.get(f"/jobs/{job['id']}/result")).json()["code"] == "job_not_done"
    await desk.work()
    done = await client.get_ok(f"/jobs/{job['id']}")
    assert (done["state"], done["percent"], done["rows"], done["total"]) == ("done", 100, 1, 1)
    assert datetime.fromisoformat(done["expires_at"]) - datetime.fromisoformat(done["ended_at"]) == KEPT
    for _ in range(2):
        file = await client.get(f"/jobs/{job['id']}/result")
        assert b'"CUP","Taza"' in file.content
    assert file.headers["Content-Disposition"] == f'attachment; filename="{done["file_name"]}"'
    assert len(file.content) == done["size"]
    other = await stocked(desk.api, "manager")
    assert [one["id"] for one in await client.get_ok("/jobs")] == [job["id"]]
    assert await other.get_ok("/jobs") == []
    for path in ("", "/result"):
        assert (await other.get(f"/jobs/{job['id']}{path}")).status_code == 404
    assert (await other.send_json(f"/jobs/{job['id']}/cancel", {})).status_code == 404


async def test_what_is_wrong_is_said_before_anything_is_begun(desk: Desk) -> None:
    client = await stocked(desk.api)
    refused = await client.send_json("/jobs", {**STOCK, "filters": {"site": "NOWHERE", "since": "2031-01-01"}})
    assert {(one["pointer"], one["code"]) for one in refused.json()["errors"]} == {
        ("/filters/site", "not_found"),
        ("/filters/since", "not_allowed"),
    }
    assert await client.get_ok("/jobs") == []


async def test_nobody_has_more_than_some_under_way_however_fast_they_ask(desk: Desk) -> None:
    """Seen to fail without the lock."""
    client = await stocked(desk.api)
    asked = await asyncio.gather(*(client.send_json("/jobs", STOCK) for _ in range(MOST_OPEN + 4)))
    assert sorted(one.status_code for one in asked) == [202] * MOST_OPEN + [409] * 4
    await desk.work()
    assert (await client.send_json("/jobs", STOCK)).status_code == 202


async def test_what_is_cancelled_is_not_made(desk: Desk) -> None:
    client = await stocked(desk.api)
    job = await client.post_ok("/jobs", STOCK)
    assert (await client.post_ok(f"/jobs/{job['id']}/cancel", {}))["state"] == "cancelled"
    await desk.work()
    assert (await client.get_ok(f"/jobs/{job['id']}"))["state"] == "cancelled"
    done = await client.post_ok("/jobs", STOCK)
    await desk.work()
    assert (await client.post_ok(f"/jobs/{done['id']}/cancel", {}))["state"] == "done"


async def test_what_is_cancelled_while_it_is_made_ends_there(desk: Desk) -> None:
    """Seen to fail when the end of a job did not ask whether it was still wanted."""
    client = await stocked(desk.api)
    job = await client.post_ok("/jobs", STOCK)
    await meddled(desk, lambda: client.post_ok(f"/jobs/{job['id']}/cancel", {}))
    assert (await client.get_ok(f"/jobs/{job['id']}"))["state"] == "cancelled"


async def test_what_a_dead_worker_left_is_made_by_the_next(desk: Desk) -> None:
    """Seen to fail when only those that waited were taken."""
    client = await stocked(desk.api)
    job = await client.post_ok("/jobs", STOCK)
    assert await desk.reporter.queue.claim(timedelta(0)) is not None
    assert (await client.get_ok(f"/jobs/{job['id']}"))["state"] == "running"
    await desk.work()
    assert (await client.get_ok(f"/jobs/{job['id']}"))["state"] == "done"


async def test_whoever_lost_the_lease_hands_nothing_over(desk: Desk) -> None:
    """Seen to fail when the token was not looked at."""
    client = await stocked(desk.api)
    job = await client.post_ok("/jobs", STOCK)
    late = await desk.reporter.queue.claim(timedelta(0))
    assert late is not None
    await desk.work()
    done = await client.get_ok(f"/jobs/{job['id']}")
    await desk.reporter.queue.fail(late, "too late", None, datetime.now(UTC))
    assert not await desk.reporter.queue.go_on(late, 5, 5, timedelta(minutes=1))
    assert await client.get_ok(f"/jobs/{job['id']}") == done


async def test_it_is_made_with_the_rights_of_that_moment(desk: Desk) -> None:
    """Seen to fail when the worker made it with all rights."""
    client = await stocked(desk.api)
    job = await client.post_ok("/jobs", {"report": "stock_valuation", "format": "csv"})
    await desk.api.shop.fetch("UPDATE membership SET role = 'viewer' WHERE company_id = %s", desk.api.shop.company_id)
    await desk.work()
    [row] = await desk.api.shop.fetch(
        "SELECT state, problem, problem_code FROM job WHERE company_id = %s", desk.api.shop.company_id
    )
    assert (row[0], row[2]) == ("failed", "missing_permission")
    assert "cost:read" in row[1]
    assert job["state"] == "waiting"


async def test_an_error_of_ours_is_tried_again_and_then_given_up(desk: Desk) -> None:
    client = await stocked(desk.api)
    job = await client.post_ok("/jobs", STOCK)

    class Broken(CsvReport):
        def write(self, *args: object) -> None:
            raise OSError("no room")

    broken = replace(desk.reporter, reports=with_writer(desk, Broken))
    for _ in range(MOST_TRIES):
        assert (await client.get_ok(f"/jobs/{job['id']}"))["state"] == "waiting"
        assert await broken.make()
        await desk.api.shop.fetch("UPDATE job SET next_at = now() WHERE company_id = %s", desk.api.shop.company_id)
    failed = await client.get_ok(f"/jobs/{job['id']}")
    assert (failed["state"], failed["percent"], failed["problem_code"]) == ("failed", 0, "internal")


class AwayStore(LocalDiskStore):
    """Cannot be reached at this moment."""

    async def put(self, company_id: UUID, content: BinaryIO) -> StoredFile:
        raise Busy("files_unavailable", "files cannot be reached")


async def test_while_the_store_is_away_it_is_tried_again(desk: Desk, settings: Settings) -> None:
    """Seen to fail when whatever the domain calls an error was taken for the last word: the report was given up at once."""
    client = await stocked(desk.api)
    job = await client.post_ok("/jobs", STOCK)
    await replace(desk.reporter, store=AwayStore(settings.data)).make()
    assert (await client.get_ok(f"/jobs/{job['id']}"))["state"] == "waiting"
    await desk.api.shop.fetch("UPDATE job SET next_at = now() WHERE company_id = %s", desk.api.shop.company_id)
    await desk.work()
    assert (await client.get_ok(f"/jobs/{job['id']}"))["state"] == "done"


async def test_files_are_forgotten_after_a_week(desk: Desk, settings: Settings) -> None:
    """Seen to fail when the row went and the file stayed."""
    client = await stocked(desk.api)
    job = await client.post_ok("/jobs", STOCK)
    await desk.work()
    folder = settings.data / "files" / str(desk.api.shop.company_id)
    assert len(stored(folder)) == 1
    await desk.api.shop.fetch(
        "UPDATE job SET ended_at = now() - interval '8 days' WHERE company_id = %s", desk.api.shop.company_id
    )
    await desk.reporter.forget(datetime.now(UTC))
    assert stored(folder) == []
    assert (await client.get(f"/jobs/{job['id']}")).status_code == 404


async def test_however_many_reports_are_asked_for_few_hold_a_connection(desk: Desk) -> None:
    """Seen to fail without the places: as many as asked were being written at once."""
    actor, under_way, most, goes_on = desk.api.shop.admin, 0, 0, threading.Event()

    class Slow(CsvReport):
        def write(self, target: Any, layout: Any, rows: Any) -> None:
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            goes_on.wait(20)
            super().write(target, layout, rows)
            under_way -= 1

    reports = with_writer(desk, Slow)
    asked = [
        asyncio.ensure_future(reports.write(actor, ReportName.STOCK_ON_HAND, ReportFilter(), ReportFormat.CSV))
        for _ in range(12)
    ]
    client = await stocked(desk.api)
    await client.post_ok("/products", {"sku": "BOX", "name": "Caja"})
    goes_on.set()
    for made in await asyncio.gather(*asked):
        made.file.close()
    assert most == AT_A_TIME


async def meddled(desk: Desk, interfere: Interfere) -> None:
    """A report is made, and in the midst of it something happens."""

    class Meddling(CsvReport):
        def write(self, target: Any, layout: Any, rows: Any) -> None:
            asyncio.run_coroutine_threadsafe(interfere(), loop).result()
            super().write(target, layout, rows)

    loop = asyncio.get_running_loop()
    await replace(desk.reporter, reports=with_writer(desk, Meddling)).make()


def with_writer(desk: Desk, writer: Callable[[], ReportWriter]) -> Reports:
    database, clock = desk.api.shop.database, SystemClock()
    return Reports(
        PostgresReports(database), PostgresForecastReader(database, clock), {ReportFormat.CSV: writer}, clock
    )


def stored(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]
