"""What is done at fixed times."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from adapters.postgres.due_work import DueWork
from adapters.postgres.upkeep import PostgresUpkeep
from apps.worker.schedule import Job
from core.commands.expiry import quarantine_expired
from core.domain.access import Actor
from core.ports.expired_lots import ExpiredLots
from core.ports.stock_ledger import StockLedger

KEY_AGE = timedelta(hours=72)
DELIVERY_AGE = timedelta(days=30)
RUN_AGE = timedelta(days=7)
SESSION_AGE = timedelta(days=30)
DEAD_MAIL_AGE = timedelta(days=30)
NOTIFICATION_AGE = timedelta(days=180)
CALL_AGE = timedelta(days=30)
TEXT_AGE = timedelta(days=30)
INBOX_AGE = timedelta(days=30)
FORECAST_RUN_AGE = timedelta(weeks=26)
ROWS_AT_ONCE = 5_000

NOBODY = UUID(int=0)
"""The user id of scheduled work."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The scheduled jobs. Every one of them may be repeated without harm."""

    due: DueWork
    database: PostgresUpkeep
    ledger: StockLedger
    lots: ExpiredLots

    def jobs(self) -> Sequence[Job]:
        day = timedelta(days=1)
        return (
            Job("expire_holds", self.expire_holds, timedelta(minutes=1), patience=timedelta(minutes=5)),
            Job("write_checkpoints", self.write_checkpoints, day, timedelta(minutes=30)),
            Job("quarantine_expired_lots", self.quarantine_expired_lots, day, timedelta(minutes=5)),
            Job("forget_old_rows", self.forget_old_rows, timedelta(hours=1)),
            Job("learn_sizes", self.learn_sizes, timedelta(seconds=30), patience=timedelta(minutes=5)),
        )

    async def expire_holds(self, slot: datetime) -> None:
        """Gives back what reservations held whose time is over."""
        await each(await self.due.companies_with_ended_holds(), self.database.expire_holds)

    async def write_checkpoints(self, slot: datetime) -> None:
        """Closes all days before the slot's (UTC)."""
        yesterday = slot.date() - timedelta(days=1)
        companies = await self.due.companies()
        await each(companies, lambda company_id: self.database.write_checkpoints(company_id, yesterday))

    async def quarantine_expired_lots(self, slot: datetime) -> None:
        """Moves lots whose last day was before the slot's (UTC)."""

        async def of_company(company_id: UUID) -> None:
            await quarantine_expired(self.ledger, self.lots, Actor(NOBODY, company_id, frozenset()), slot.date())

        await each(await self.due.companies(), of_company)

    async def forget_old_rows(self, slot: datetime) -> None:
        """Deletes idempotency keys, done deliveries, slots, ended sessions, old notifications, forecast runs, webhooks that came and undeliverable mails that nobody will ask for again."""
        while await self.database.forget_keys(KEY_AGE, ROWS_AT_ONCE) == ROWS_AT_ONCE:
            pass
        while await self.database.forget_deliveries(DELIVERY_AGE, ROWS_AT_ONCE) == ROWS_AT_ONCE:
            pass
        while await self.database.forget_notifications(NOTIFICATION_AGE, ROWS_AT_ONCE) == ROWS_AT_ONCE:
            pass
        while await self.database.forget_webhooks(INBOX_AGE, ROWS_AT_ONCE) == ROWS_AT_ONCE:
            pass
        await self.database.forget_runs(RUN_AGE)
        await self.database.forget_mail(DEAD_MAIL_AGE)
        await self.database.forget_sessions(SESSION_AGE)
        await self.database.forget_calls(CALL_AGE)
        await self.database.forget_texts(TEXT_AGE)
        await self.database.forget_forecast_runs(FORECAST_RUN_AGE)

    async def learn_sizes(self, slot: datetime) -> None:
        """Lets the database look at what has grown, so that it goes on finding the short way to everything."""
        await self.database.learn_sizes()


async def each(companies: Iterable[UUID], work: Callable[[UUID], Awaitable[object]]) -> None:
    """Does the work for every company, also after one has failed; raises all failures in the end."""
    failures: list[Exception] = []
    for company_id in companies:
        try:
            await work(company_id)
        except Exception as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup("the job failed for some companies", failures)
