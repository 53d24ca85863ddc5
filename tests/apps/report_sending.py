"""A worker that sees to schedules of reports step by step, in the company of a test, with a clock that the test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.local_disk.file_store import LocalDiskStore
from adapters.postgres.due_report_schedules import PostgresDueSchedules
from adapters.postgres.engine import Database, Scope
from adapters.postgres.jobs import PostgresJobQueue
from adapters.postgres.repositories.identity import PostgresIdentities
from adapters.postgres.uow import PostgresRun
from adapters.secrets.key_ring import key_ring
from apps.ioc.reports import reports_on
from apps.settings import Settings
from apps.worker.report_scheduling import ReportScheduler
from apps.worker.reporting import Reporter
from tests.api import Api, Client
from tests.mail_server import PostOffice, Received

HOME = "https://pirwa.test"
DAILY = {"every": "day", "hour": 7}


@dataclass
class MovedClock:
    """So much ahead of everybody else's."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Newsroom:
    """The people of a company, the worker, and the post."""

    api: Api
    post: PostOffice
    reporter: Reporter
    scheduler: ReportScheduler
    clock: MovedClock
    ids: dict[str, str] = field(default_factory=dict)
    mails: dict[str, str] = field(default_factory=dict)

    async def person(self, name: str, role: str = "admin", *sites: str) -> Client:
        """Somebody with a proven mail address."""
        client = await self.api.client(role, *sites)
        user_id = self.api.users[role]
        address = f"{user_id.hex}@example.org"
        await self.api.shop.fetch(
            "UPDATE app_user SET email = %s, proven_email = %s, name = %s WHERE id = %s",
            *(address, address, name, user_id),
        )
        self.ids[name], self.mails[name] = str(user_id), address
        return client

    async def schedule(self, owner: Client, *readers: str, **more: Any) -> dict[str, Any]:
        """A daily list of what is on hand, unless more is said, for these people."""
        body = {"name": "Inventario", "report": "stock_on_hand", "format": "csv", "rhythm": DAILY, **more}
        made: dict[str, Any] = await owner.post_ok(
            "/report-schedules", {**body, "readers": [self.ids[one] for one in readers]}
        )
        return made

    async def pass_days(self, days: float) -> None:
        """So much time goes by, and the worker does what is due then."""
        self.clock.ahead += timedelta(days=days)
        await self.work()

    async def work(self) -> None:
        await self.scheduler.ask(self.clock.now())
        while await self.reporter.make():
            pass

    async def sent_to(self, name: str) -> list[Received]:
        """All that has come, once what waits is delivered."""
        await self.post.deliver()
        return self.post.server.all_to(self.mails[name])

    async def last(self, client: Client, schedule: dict[str, Any]) -> list[tuple[str, str | None]]:
        """What became of the last one, and why, by the names of its readers."""
        shown = await client.get_ok(f"/report-schedules/{schedule['id']}")
        return [
            (one["last"]["state"], one["last"]["problem"]) if one["last"] else ("", None) for one in shown["readers"]
        ]

    async def told(self) -> list[tuple[str, str, str]]:
        """The events of reports that were not sent: which, whose, why."""
        statement = """SELECT data->>'name', data->>'owner', data->>'problem' FROM outbox_event
                       WHERE company_id = %s AND type = 'report_schedule_not_sent' ORDER BY id"""
        rows: list[tuple[str, str, str]] = await self.api.shop.fetch(statement, self.api.shop.company_id)
        return rows


@asynccontextmanager
async def newsroom(api: Api, settings: Settings, post: PostOffice) -> AsyncIterator[Newsroom]:
    database, clock = api.shop.database, MovedClock()
    dispatch = Database(str(settings.database_url), role="pirwa_dispatch", size=2)
    await dispatch.open()
    queue = PostgresJobQueue(database, dispatch, key_ring(settings.secret_keys, settings.data))
    store = LocalDiskStore(settings.data / "files")
    reports, identities = reports_on(database, database, clock), PostgresIdentities(database)
    reporter = Reporter(queue, reports, store, identities, clock, home=HOME)
    scheduler = ReportScheduler(PostgresDueSchedules(dispatch), PostgresRun(database, clock=clock), clock)
    yield Newsroom(api, post, reporter, scheduler, clock)
    # Others take any job, and any schedule that is due.
    await api.shop.fetch("DELETE FROM report_schedule WHERE company_id = %s", api.shop.company_id)
    await dispatch.fetch(Scope(), "DELETE FROM job WHERE company_id = %s", (api.shop.company_id,))
    await dispatch.close()
