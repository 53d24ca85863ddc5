"""Reports that come by mail: each reader is sent once what both they and whoever has it sent may see, at the hour, or is told why not."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.settings import Settings
from core.domain.ids import new_id
from core.domain.report_schedule import MOST_OF_ONE
from core.ports.jobs import MadeFile
from core.ports.mail import Mail
from tests.api import Api, Client
from tests.apps.report_sending import DAILY, HOME, Newsroom, newsroom
from tests.mail_server import PostOffice, Received

pytestmark = pytest.mark.anyio


@pytest.fixture
async def room(api: Api, settings: Settings, post: PostOffice) -> AsyncIterator[Newsroom]:
    async with newsroom(api, settings, post) as room:
        yield room


async def stocked(room: Newsroom, role: str = "admin") -> Client:
    """Ana, of a company that has seven cups in Quito and three in Guayaquil."""
    await room.api.shop.product("CUP")
    await room.api.shop.post("receipt", "CUP", 7, unit_cost=Decimal(2))
    await room.api.shop.post("receipt", "CUP", 3, site="GYE", unit_cost=Decimal(2))
    return await room.person("Ana", role)


def table(mail: Received) -> list[dict[str, str]]:
    [(_, media_type, content)] = mail.files
    assert media_type == "text/csv"
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def test_a_report_comes_every_day_with_its_file_and_says_what_it_is(room: Newsroom) -> None:
    owner = await stocked(room, "manager")
    made = await room.schedule(owner, "Ana", language="en")
    assert [made[name] for name in ("owner", "report", "paused", "rests", "language")] == [
        *("Ana", "stock_on_hand", False, None, "en"),
    ]
    assert await room.last(owner, made) == [("", None)]
    assert await room.sent_to("Ana") == []
    await room.pass_days(1)
    assert await room.last(owner, made) == [("posted", None)]
    [mail] = await room.sent_to("Ana")
    assert (mail.subject, mail.link) == ("Test company: Stock on hand", f"{HOME}/reports/schedules")
    assert "Hello Ana," in mail.text
    assert "under the name “Inventario”" in mail.text
    assert [(row["SKU"], row["Site"], row["On hand"]) for row in table(mail)] == [
        ("CUP", "GYE", "3"),
        ("CUP", "UIO", "7"),
    ]
    assert await room.last(owner, made) == [("sent", None)]
    await room.pass_days(1)
    assert len(await room.sent_to("Ana")) == 2
    shown = await owner.get_ok(f"/report-schedules/{made['id']}")
    assert datetime.fromisoformat(shown["next_at"]) > room.clock.now()


async def test_each_reader_is_sent_what_both_they_and_the_owner_may_see(room: Newsroom) -> None:
    """Seen to fail when it was made with the rights of the owner alone."""
    owner = await stocked(room)
    await room.person("Luis", "viewer", "GYE")
    await room.schedule(owner, "Ana", "Luis", language="en")
    await room.pass_days(1)
    [full], [part] = await room.sent_to("Ana"), await room.sent_to("Luis")
    assert [(row["Site"], row["Value"]) for row in table(full)] == [("GYE", "6"), ("UIO", "14")]
    assert [row["Site"] for row in table(part)] == ["GYE"]
    assert "Value" not in table(part)[0]


async def test_an_owner_who_sees_less_than_a_reader_has_no_more_sent_than_that(room: Newsroom) -> None:
    """Seen to fail when it was made with the rights of the reader alone."""
    await stocked(room)
    owner = await room.person("Eva", "manager", "GYE")
    await room.schedule(owner, "Ana")
    await room.pass_days(1)
    [mail] = await room.sent_to("Ana")
    assert len(table(mail)) == 1


async def test_readers_who_may_see_the_same_are_sent_the_same_file(room: Newsroom) -> None:
    """Seen to fail when each was made anew."""
    owner = await stocked(room)
    for name in ("Luis", "Rosa"):
        await room.person(name, "manager", "GYE")
    await room.schedule(owner, "Ana", "Luis", "Rosa")
    room.clock.ahead += timedelta(days=1)
    await room.scheduler.ask(room.clock.now())
    while await room.reporter.make():
        await room.api.shop.post("receipt", "CUP", 1, site="GYE")
    seen = [table(mail) for name in ("Luis", "Rosa") for mail in await room.sent_to(name)]
    assert len(seen) == 2
    assert seen[0] == seen[1]


async def test_what_was_missed_while_nobody_worked_is_sent_once(room: Newsroom) -> None:
    owner = await stocked(room)
    made = await room.schedule(owner, "Ana", report="sales_by_product", period="yesterday")
    await room.pass_days(5)
    await room.work()
    assert len(await room.sent_to("Ana")) == 1
    [job] = await owner.get_ok("/jobs")
    assert (job["schedule_id"], job["filters"]["since"]) == (made["id"], job["filters"]["until"])
    zone_day = await room.api.shop.fetch(
        "SELECT (%s::timestamptz AT TIME ZONE time_zone)::date FROM company WHERE id = %s",
        *(
            (await owner.get_ok(f"/report-schedules/{made['id']}"))["readers"][0]["last"]["due_at"],
            room.api.shop.company_id,
        ),
    )
    assert job["filters"]["until"] == str(zone_day[0][0] - timedelta(days=1))


async def test_several_workers_at_once_send_it_once(room: Newsroom) -> None:
    """Seen to fail when a schedule was not locked for its turn: each worker asked for a report of its own."""
    owner = await stocked(room)
    await room.schedule(owner, "Ana")
    room.clock.ahead += timedelta(days=1)
    await asyncio.gather(*(room.scheduler.ask(room.clock.now()) for _ in range(4)))
    await asyncio.gather(*(room.reporter.make() for _ in range(4)))
    assert len(await owner.get_ok("/jobs")) == 1
    assert len(await room.sent_to("Ana")) == 1


@pytest.mark.promise("B2")
async def test_a_worker_that_dies_anywhere_leaves_one_mail_and_one_that_comes_too_late_none(room: Newsroom) -> None:
    """Seen to fail when mails were posted beside the end of the job, and not only with it."""
    owner = await stocked(room)
    await room.schedule(owner, "Ana")
    room.clock.ahead += timedelta(days=1)
    await room.scheduler.ask(room.clock.now())
    await room.scheduler.ask(room.clock.now())  # the first died before it could say that it was done
    dead = await room.reporter.queue.claim(timedelta(0))
    assert dead is not None
    await room.work()
    late = Mail(room.mails["Ana"], "late", "late")
    await room.reporter.queue.finish(dead, MadeFile("0" * 64, 1, "late.csv", "text/csv", 1), room.clock.now(), late)
    await room.reporter.queue.fail(dead, "late", None, room.clock.now())
    assert [mail.subject for mail in await room.sent_to("Ana")] == ["Test company: Existencias"]
    assert (await owner.get_ok("/jobs"))[0]["state"] == "done"


async def test_a_file_that_is_too_large_is_fetched_by_whoever_it_is_for_and_nobody_else(room: Newsroom) -> None:
    owner = await stocked(room)
    reader = await room.person("Luis", "manager")
    await room.schedule(owner, "Luis")
    room = replace(room, reporter=replace(room.reporter, largest=10))
    await room.pass_days(1)
    [mail] = await room.sent_to("Luis")
    assert mail.files == []
    assert mail.link.startswith(f"{HOME}/reports/jobs/")
    job_id = mail.link.rpartition("/")[2]
    assert b"CUP" in (await reader.get(f"/jobs/{job_id}/result")).content
    assert (await owner.get(f"/jobs/{job_id}/result")).status_code == 404
    reader.headers.pop("Authorization")
    assert (await reader.get(f"/jobs/{job_id}/result")).status_code == 401


async def test_where_there_is_nothing_to_say_nothing_is_sent_if_so_wished(room: Newsroom) -> None:
    owner = await room.person("Ana")
    quiet = await room.schedule(owner, "Ana", skip_empty=True)
    await room.pass_days(1)
    assert await room.last(owner, quiet) == [("nothing", None)]
    assert await room.sent_to("Ana") == []
    await room.schedule(owner, "Ana", name="Siempre")
    await room.pass_days(1)
    assert len(await room.sent_to("Ana")) == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE membership SET active = {}", "owner_left"),
        ("UPDATE membership SET role = CASE WHEN {} THEN 'manager' ELSE 'operator' END", "owner_may_not"),
    ],
)
async def test_it_rests_while_its_owner_may_not_have_it_says_why_and_goes_on_afterwards(
    room: Newsroom, change: str, problem: str
) -> None:
    """Seen to fail for a member who was suspended when only roles were looked at."""
    await stocked(room)
    admin = await room.person("Rosa", "admin")
    owner = await room.person("Eva", "manager")
    made = await room.schedule(owner, "Rosa")

    async def set_to(allowed: str) -> None:
        whose = (room.api.shop.company_id, room.ids["Eva"])
        await room.api.shop.fetch(f"{change.format(allowed)} WHERE company_id = %s AND user_id = %s", *whose)

    await set_to("false")
    await room.pass_days(1)
    assert await room.told() == [("Inventario", room.ids["Eva"], problem)]
    await room.pass_days(1)
    assert len(await room.told()) == 1
    shown = await admin.get_ok(f"/report-schedules/{made['id']}")
    assert (shown["rests"], await room.last(admin, made)) == (problem, [("resting", problem)])
    assert await room.sent_to("Rosa") == []
    await set_to("true")
    await room.pass_days(1)
    assert (await admin.get_ok(f"/report-schedules/{made['id']}"))["rests"] is None
    assert len(await room.sent_to("Rosa")) == 1


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE membership SET role = 'operator' WHERE company_id = %(company)s AND user_id = %(user)s", "missing_permission"),
        ("UPDATE membership SET active = false WHERE company_id = %(company)s AND user_id = %(user)s", "not_a_member"),
        ("UPDATE app_user SET active = false WHERE id = %(user)s", "not_a_member"),
        ("UPDATE app_user SET proven_email = NULL WHERE id = %(user)s", "no_address"),
        (
            "INSERT INTO blocked_address (company_id, address, reason, since) SELECT %(company)s, email, 'bounced', now() FROM app_user"
            " WHERE id = %(user)s",
            "address_blocked",
        ),
        ("UPDATE membership SET read_site_ids = '{}', write_site_ids = '{}' WHERE company_id = %(company)s AND user_id = %(user)s",
         "invalid_report"),
    ],
)  # fmt: skip
async def test_a_reader_who_may_not_have_it_at_the_time_is_sent_nothing_and_the_others_are(
    room: Newsroom, statement: str, problem: str
) -> None:
    """Seen to fail for a person whose account was ended while they were still a member."""
    owner = await stocked(room)
    await room.person("Luis", "manager")
    made = await room.schedule(owner, "Ana", "Luis", filters={"site": "UIO"})
    names = {"company": room.api.shop.company_id, "user": room.ids["Luis"]}
    await room.api.shop.database.fetch(room.api.shop.scope, statement, names)
    await room.pass_days(1)
    assert await room.last(owner, made) == [("posted", None), ("failed", problem)]
    assert await room.told() == [("Inventario", room.ids["Ana"], problem)]
    assert len(await room.sent_to("Ana")) == 1
    assert await room.sent_to("Luis") == []


async def test_a_mail_that_no_server_takes_is_shown_as_failed(room: Newsroom) -> None:
    owner = await stocked(room)
    made = await room.schedule(owner, "Ana")
    room.post.server.refusals[room.mails["Ana"]] = "550 no such mailbox"
    await room.pass_days(1)
    assert await room.sent_to("Ana") == []
    assert await room.last(owner, made) == [("failed", "mail_failed")]
    assert await room.told() == [("Inventario", room.ids["Ana"], "mail_failed")]


async def test_what_is_paused_sends_nothing_and_makes_up_for_nothing(room: Newsroom) -> None:
    owner = await stocked(room)
    made = await room.schedule(owner, "Ana")
    room.clock.ahead += timedelta(days=1)
    await room.scheduler.ask(room.clock.now())
    paused = await owner.post_ok(f"/report-schedules/{made['id']}/pause", {})
    assert (paused["paused"], paused["next_at"]) == (True, None)
    assert await room.last(owner, made) == [("cancelled", None)]
    await room.pass_days(3)
    assert await room.sent_to("Ana") == []
    resumed = await owner.post_ok(f"/report-schedules/{made['id']}/resume", {})
    assert resumed["paused"] is False
    assert (
        datetime.fromisoformat(resumed["next_at"]) < room.clock.now()
    )  # by the clock of the application, which is behind


async def test_it_is_sent_at_once_on_demand_and_not_twice_at_a_time(room: Newsroom) -> None:
    owner = await stocked(room)
    made = await room.schedule(owner, "Ana")
    await owner.post_ok(f"/report-schedules/{made['id']}/pause", {})
    path, key = f"/report-schedules/{made['id']}/send", str(new_id())
    assert (await owner.send_json(path, {}, key=key)).status_code == 202
    again = await owner.send_json(path, {}, key=key)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (202, "true")
    assert (await owner.send_json(path, {})).json()["code"] == "already_under_way"
    await room.work()
    assert len(await room.sent_to("Ana")) == 1
    assert (await owner.send_json(path, {})).status_code == 202


async def test_a_reader_can_leave_and_hears_no_more_of_it(room: Newsroom) -> None:
    owner = await stocked(room)
    reader = await room.person("Luis", "viewer")
    made = await room.schedule(owner, "Luis")
    room.clock.ahead += timedelta(days=1)
    await room.scheduler.ask(room.clock.now())
    assert (await reader.send_json(f"/report-schedules/{made['id']}/leave", {})).status_code == 204
    assert (await reader.send_json(f"/report-schedules/{made['id']}/leave", {})).status_code == 404
    await room.pass_days(2)
    assert await room.sent_to("Luis") == []
    assert [job["state"] for job in await reader.get_ok("/jobs")] == ["cancelled"]
    shown = await owner.get_ok(f"/report-schedules/{made['id']}")
    assert (shown["readers"], shown["rests"]) == ([], "no_readers")
    assert (await owner.send_json(f"/report-schedules/{made['id']}/send", {})).json()["code"] == "no_readers"


async def test_a_schedule_is_its_owners_and_administrators_can_end_it(room: Newsroom) -> None:
    owner = await room.person("Eva", "manager")
    made = await room.schedule(owner, "Eva")
    path = f"/report-schedules/{made['id']}"
    other = await room.person("Luis", "manager")
    assert await other.get_ok("/report-schedules") == []
    for asked in (other.get(path), other.send_json(f"{path}/pause", {}), other.delete(path)):
        assert (await asked).status_code == 404
    admin = await room.person("Ana", "admin")
    assert [one["owner"] for one in await admin.get_ok("/report-schedules")] == ["Eva"]
    assert (await admin.send_json(path, {"name": "Mía"}, method="PATCH")).json()["code"] == "not_yours"
    assert (await admin.send_json(f"{path}/send", {})).json()["code"] == "not_yours"
    assert (await admin.post_ok(f"{path}/pause", {}))["paused"] is True
    assert (await admin.delete(path)).status_code == 204
    assert (await owner.get(path)).status_code == 404
    local = await room.person("Rosa", "admin", "UIO")
    await room.schedule(owner, "Eva")
    assert await local.get_ok("/report-schedules") == []


async def test_it_is_changed_by_parts_and_only_by_whoever_knows_what_it_is_now(room: Newsroom) -> None:
    owner = await stocked(room)
    made = await room.schedule(owner, "Ana")
    path = f"/report-schedules/{made['id']}"
    monthly = {"every": "month", "hour": 6, "month_day": 31}
    body = {"name": " Cierre ", "rhythm": monthly, "format": "pdf", "filters": {"site": "GYE"}}
    changed = (await owner.send_json(path, body, method="PATCH")).json()
    assert [changed[name] for name in ("name", "format", "report")] == ["Cierre", "pdf", "stock_on_hand"]
    assert changed["rhythm"] == {**monthly, "weekday": None}
    assert changed["filters"]["site"] == "GYE"
    stale = await owner.request("PATCH", path, json={"name": "Otra"}, headers={"If-Match": f'"{made["version"]}"'})
    assert stale.status_code == 412
    trail = (await owner.get_ok("/audit", subject_type="report_schedule"))["items"]
    assert [one["action"] for one in trail] == ["changed", "created"]


async def test_all_that_is_wrong_with_it_is_said_at_once(room: Newsroom) -> None:
    owner = await room.person("Ana")
    await room.person("Luis", "operator")
    body = {
        "name": " ",
        "report": "sales_by_product",
        "format": "pdf",
        "rhythm": {"every": "week", "hour": 7, "month_day": 1},
        "readers": [room.ids["Ana"], room.ids["Luis"], str(new_id())],
        "filters": {"site": "NOWHERE"},
    }
    refused = await owner.send_json("/report-schedules", body)
    assert {(one["pointer"], one["code"]) for one in refused.json()["errors"]} == {
        ("/name", "required"),
        ("/period", "required"),
        ("/rhythm/weekday", "required"),
        ("/rhythm/month_day", "not_allowed"),
        ("/readers/1", "may_not_receive"),
        ("/readers/2", "may_not_receive"),
        ("/filters/site", "not_found"),
    }
    wishes: list[dict[str, Any]] = [
        {"rhythm": {**DAILY, "hour": 24}},
        {"readers": []},
        {"report": "secrets"},
        {"language": "fr"},
    ]
    for wrong in wishes:
        valid: dict[str, Any] = {
            **body,
            "name": "x",
            "period": "yesterday",
            "rhythm": DAILY,
            "readers": [room.ids["Ana"]],
            "filters": {},
        }
        assert (await owner.send_json("/report-schedules", {**valid, **wrong})).status_code == 422


async def test_nobody_has_more_than_some(room: Newsroom) -> None:
    owner = await room.person("Ana")
    body = {"name": "x", "report": "stock_on_hand", "format": "csv", "rhythm": DAILY, "readers": [room.ids["Ana"]]}
    asked = [owner.send_json("/report-schedules", body) for _ in range(MOST_OF_ONE + 2)]
    assert sorted(one.status_code for one in await asyncio.gather(*asked)) == [201] * MOST_OF_ONE + [409] * 2


async def test_those_are_named_to_whom_a_report_may_be_sent(room: Newsroom) -> None:
    owner = await room.person("Ana")
    await room.person("Luis", "viewer")
    await room.api.client("operator")

    async def names(report: str) -> list[tuple[str, bool]]:
        found = await owner.get_ok("/report-schedules/readers", report=report)
        return [(one["name"], one["has_address"]) for one in found]

    assert await names("stock_on_hand") == [("Ana", True), ("Luis", True)]
    assert await names("stock_valuation") == [("Ana", True)]  # costs are not for viewers
    await room.person("Rosa", "viewer", "GYE")
    owner = await room.person("Eva", "manager", "UIO")
    assert await names("stock_on_hand") == [("Ana", True), ("Eva", True), ("Luis", True)]


async def test_what_people_write_is_nothing_but_words_in_the_mail(room: Newsroom) -> None:
    owner = await stocked(room)
    await owner.post_ok("/products", {"sku": "EVIL", "name": "=1+1 {link} <b>Caja</b>"})
    await room.schedule(
        owner, "Ana", name="{person} <script>", report="kardex", period="today", filters={"product": "EVIL"}
    )
    await room.pass_days(1)
    [mail] = await room.sent_to("Ana")
    assert "=1+1 {link} <b>Caja</b>" in mail.text
    assert "{person} <script>" in mail.text
    assert mail.message.get_body(("html",)) is None
    assert mail.files[0][0].startswith("kardex_")
