"""The worker's own parts: turns, what follows a failure, jobs at their time, stopping."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from adapters.postgres.due_work import DueWork
from adapters.postgres.engine import Database, Scope
from adapters.postgres.ledger import PostgresStockLedger
from adapters.postgres.queries.expired_lots import PostgresExpiredLots
from adapters.postgres.schedule import PostgresScheduleRuns
from adapters.postgres.upkeep import PostgresUpkeep
from apps.worker.jobs import Upkeep
from apps.worker.retries import DELAYS, MAX_TRIES, GiveUp, Pause, TryAgain, after_failure, push_delay
from apps.worker.schedule import Job, Schedule
from apps.worker.turns import Turns
from core.commands.expiry import quarantine_expired
from core.commands.reservations import ReservationLine, ReserveStock, reserve_stock
from core.domain.errors import Busy
from core.domain.ids import new_id
from core.ports.failures import Ambiguous, AuthFailed, Misconfigured, PermanentlyRejected, RateLimited, Transient
from tests.shop import Shop

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)


class TestTurns:
    async def test_who_has_more_to_do_goes_behind_those_who_wait(self) -> None:
        served: list[str] = []
        left = {"busy": 3, "small": 1, "other": 1}

        async def serve(turn: str) -> bool:
            served.append(turn)
            left[turn] -= 1
            if not any(left.values()):
                turns.stop()
            return left[turn] > 0

        turns = Turns(serve, runners=1)
        turns.ask("busy", "small", "other")
        await turns.run()
        assert served == ["busy", "small", "other", "busy", "busy"]

    async def test_what_is_asked_for_while_it_is_served_is_served_once_more_by_nobody_else(self) -> None:
        running, most, served = 0, 0, 0

        async def serve(turn: str) -> bool:
            nonlocal running, most, served
            running, served = running + 1, served + 1
            most = max(most, running)
            if served == 1:
                turns.ask(turn, turn)
                turns.ask(turn)
            await asyncio.sleep(0)
            running -= 1
            if served == 2:
                turns.stop()
            return False

        turns = Turns(serve, runners=3)
        turns.ask("only", "only")
        async with asyncio.timeout(10):
            await turns.run()
        assert (served, most) == (2, 1)

    async def test_a_turn_that_fails_takes_no_runner_with_it(self, caplog: pytest.LogCaptureFixture) -> None:
        async def serve(turn: str) -> bool:
            if turn == "bad":
                raise RuntimeError("it broke")
            turns.stop()
            return False

        turns = Turns(serve, runners=1)
        turns.ask("bad", "good")
        await turns.run()
        assert "it broke" in caplog.text

    async def test_stopping_waits_for_what_was_begun_and_begins_nothing(self) -> None:
        begun, finish, ended = asyncio.Event(), asyncio.Event(), []

        async def serve(turn: str) -> bool:
            begun.set()
            await finish.wait()
            ended.append(turn)
            return True

        turns = Turns(serve, runners=1)
        turns.ask("begun", "waiting")
        running = asyncio.create_task(turns.run())
        await begun.wait()
        turns.stop()
        finish.set()
        await running
        assert ended == ["begun"]


class TestFailures:
    def test_the_kind_of_failure_decides(self) -> None:
        assert after_failure(Transient("x"), 1, lambda: 1) == TryAgain(DELAYS[0])
        assert after_failure(Ambiguous("x"), 2, lambda: 1) == TryAgain(DELAYS[1])
        assert after_failure(ZeroDivisionError(), 3, lambda: 1) == TryAgain(DELAYS[2])
        assert after_failure(RateLimited(MINUTE), 99, lambda: 1) == TryAgain(MINUTE, counted=False)
        assert after_failure(Busy("try_again", "x"), 2, lambda: 1) == TryAgain(DELAYS[1])
        away = Busy("database_unavailable", "x")  # whom it concerns has failed nothing, and is not to wait for minutes
        assert after_failure(away, 2, lambda: 1) == TryAgain(DELAYS[0], counted=False)
        assert after_failure(AuthFailed("x"), 1) == Pause()
        assert after_failure(Misconfigured("x"), 1) == Pause()
        assert after_failure(PermanentlyRejected("x"), 1) == GiveUp()

    def test_tries_come_to_an_end_after_more_than_a_day(self) -> None:
        steps = [after_failure(Transient("x"), attempt, lambda: 1) for attempt in range(1, MAX_TRIES + 1)]
        assert steps[-1] == GiveUp()
        assert all(isinstance(step, TryAgain) for step in steps[:-1])
        assert sum(DELAYS, timedelta()) > timedelta(days=1)

    def test_delays_differ_so_that_not_all_come_back_at_once(self) -> None:
        delays = {after_failure(Transient("x"), 2) for _ in range(20)}
        assert len(delays) > 1
        assert all(isinstance(one, TryAgain) and DELAYS[1] <= one.after <= 1.3 * DELAYS[1] for one in delays)

    def test_who_asks_us_to_wait_is_not_bothered_before_by_anybody(self) -> None:
        """Seen to fail with the jitter around 1 that it had, and with none for pushes."""
        for delays in (
            {push_delay(RateLimited(MINUTE), 1) for _ in range(20)},
            {step.after for _ in range(20) if isinstance(step := after_failure(RateLimited(MINUTE), 1), TryAgain)},
        ):
            assert len(delays) > 1
            assert min(delays) >= MINUTE

    @pytest.mark.parametrize("asked", [timedelta.min, timedelta(0), timedelta.max])
    def test_no_wish_makes_us_restless_or_waits_for_ever(self, asked: timedelta) -> None:
        assert timedelta(seconds=1) <= push_delay(RateLimited(asked), 1) < timedelta(days=2)

    def test_a_storefront_is_never_left_alone_for_long(self) -> None:
        delays = [push_delay(Transient("x"), failures, lambda: 1).total_seconds() for failures in (1, 2, 3, 6, 1000)]
        assert delays == [1, 2, 4, 10, 10]


class FixedClock:
    def __init__(self, now: datetime) -> None:
        self.present = now

    def now(self) -> datetime:
        return self.present


@pytest.fixture(scope="module")
async def dispatch(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, role="pirwa_dispatch", size=8)
    await database.open()
    yield database
    await database.close()


class TestSchedule:
    def test_slots_are_the_same_for_all(self) -> None:
        async def nothing(slot: datetime) -> None:
            return None

        nightly = Job("nightly", nothing, timedelta(days=1), timedelta(minutes=30))
        assert nightly.slot(datetime(2026, 3, 1, 0, 29, tzinfo=UTC)) == datetime(2026, 2, 28, 0, 30, tzinfo=UTC)
        assert nightly.slot(datetime(2026, 3, 1, 23, 59, tzinfo=UTC)) == datetime(2026, 3, 1, 0, 30, tzinfo=UTC)

    @pytest.mark.promise("B7")
    async def test_of_many_schedulers_one_runs_a_slot(self, dispatch: Database) -> None:
        runs: list[datetime] = []

        async def run(slot: datetime) -> None:
            runs.append(slot)

        job, clock = Job(f"job-{new_id()}", run, MINUTE), FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        schedules = [Schedule([job], PostgresScheduleRuns(dispatch), clock) for _ in range(5)]
        for _ in range(3):
            await asyncio.gather(*(schedule.run_due(job) for schedule in schedules))
        assert runs == [datetime(2026, 3, 1, 12, tzinfo=UTC)]
        clock.present += timedelta(minutes=7, seconds=30)
        await asyncio.gather(*(schedule.run_due(job) for schedule in schedules))
        assert runs[1:] == [datetime(2026, 3, 1, 12, 7, tzinfo=UTC)]

    @pytest.mark.promise("B7")
    async def test_a_run_that_was_not_finished_is_taken_up_again(self, dispatch: Database) -> None:
        tries = 0

        async def run(slot: datetime) -> None:
            nonlocal tries
            tries += 1
            if tries == 1:
                raise RuntimeError("the process died")

        job = Job(f"job-{new_id()}", run, MINUTE, patience=timedelta(0))
        schedule = Schedule([job], PostgresScheduleRuns(dispatch), FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC)))
        with pytest.raises(RuntimeError):
            await schedule.run_due(job)
        assert await schedule.run_due(job)
        assert not await schedule.run_due(job)
        assert tries == 2


class TestJobs:
    @pytest.fixture
    def upkeep(self, database: Database, dispatch: Database) -> Upkeep:
        return Upkeep(
            DueWork(dispatch),
            PostgresUpkeep(database, dispatch),
            PostgresStockLedger(database),
            PostgresExpiredLots(database),
        )

    async def test_holds_whose_time_is_over_are_given_back(self, shop: Shop, upkeep: Upkeep, database_url: str) -> None:
        await shop.product("COFFEE")
        await shop.post("receipt", "COFFEE", 5)
        line = ReservationLine("COFFEE", "UIO", Decimal(5))
        await shop.run(reserve_stock, shop.admin, ReserveStock([line]))
        await upkeep.expire_holds(datetime.now(UTC))
        assert await shop.event_types("reservation_expired") == []
        with psycopg.connect(database_url) as owner:
            owner.execute("SELECT set_config('app.company_id', %s, true)", (str(shop.company_id),))
            owner.execute("UPDATE reservation SET expires_at = now() - interval '1 hour'")
        await upkeep.expire_holds(datetime.now(UTC))
        assert await shop.event_types("reservation_expired") == ["reservation_expired"]
        await upkeep.expire_holds(datetime.now(UTC))
        assert await shop.fetch("SELECT promised FROM site_stock WHERE company_id = %s", shop.company_id) == [(0,)]

    async def test_closing_balances_of_past_days_are_written(self, shop: Shop, upkeep: Upkeep) -> None:
        await shop.product("COFFEE")
        await shop.post("receipt", "COFFEE", 5, at=shop.days_ago(3))
        await shop.post("sale", "COFFEE", 2, at=shop.days_ago(1))
        await upkeep.write_checkpoints(datetime.now(UTC))
        days = await shop.fetch(
            "SELECT day, on_hand FROM stock_checkpoint WHERE company_id = %s ORDER BY day", shop.company_id
        )
        assert days == [(day_of(shop, 3), 5), (day_of(shop, 1), 3)]

    async def test_what_has_grown_is_looked_at_and_what_has_not_is_left_alone(
        self, dispatch: Database, upkeep: Upkeep
    ) -> None:
        """Seen to fail when nothing is looked at, and when everything is."""
        await dispatch.fetch(
            Scope(),
            "INSERT INTO schedule_run (job, slot) SELECT 'grown', now() - n * interval '1 s' FROM generate_series(1, 20000) n",
        )
        await upkeep.learn_sizes(datetime.now(UTC))
        estimate = "SELECT reltuples, pg_stat_get_analyze_count(oid) FROM pg_class WHERE relname = 'schedule_run'"
        [[rows, looks]] = await dispatch.fetch(Scope(), estimate)
        assert rows >= 20_000
        await upkeep.learn_sizes(datetime.now(UTC))
        assert await dispatch.fetch(Scope(), estimate) == [(rows, looks)]
        await dispatch.fetch(Scope(), "DELETE FROM schedule_run WHERE job = 'grown'")

    async def test_expired_lots_go_to_quarantine_once_and_promises_give_way(self, shop: Shop, upkeep: Upkeep) -> None:
        milk = await shop.product("MILK", tracking="lot")
        await shop.post("receipt", "MILK", 5, lot="OLD", expires_on=shop.day(1))
        await shop.post("receipt", "MILK", 2, lot="OLD", expires_on=shop.day(1), site="GYE")
        await shop.post("receipt", "MILK", 3, lot="FRESH", expires_on=shop.day(9))
        line = ReservationLine("MILK", "UIO", Decimal(6))
        await shop.run(reserve_stock, shop.admin, ReserveStock([line], commit=True))
        in_two_days = datetime.now(UTC) + timedelta(days=2)
        await upkeep.quarantine_expired_lots(in_two_days)
        await upkeep.quarantine_expired_lots(in_two_days)
        moved = await shop.fetch(
            "SELECT l.address, b.on_hand FROM stock_balance b JOIN location l USING (company_id)"
            " WHERE company_id = %s AND l.id = b.location_id AND b.on_hand > 0 ORDER BY 1",
            shop.company_id,
        )
        assert moved == [("GYE/QUARANTINE", 2), ("UIO", 3), ("UIO/QUARANTINE", 5)]
        assert await shop.event_types("reservation_shortened") == ["reservation_shortened"]
        assert await shop.on_hand(milk) == 8
        postings = await shop.fetch(
            "SELECT reason, actor_id FROM posting WHERE company_id = %s AND source = 'expiry'", shop.company_id
        )
        assert postings == [("expired", None)] * 2

    async def test_a_second_run_on_the_same_day_posts_nothing(self, shop: Shop, upkeep: Upkeep) -> None:
        await shop.product("MILK", tracking="lot")
        tomorrow = shop.day(1)
        for posted in (1, 0):
            await shop.post("receipt", "MILK", 5, lot="OLD", expires_on=shop.day(0))
            assert await quarantine_expired(upkeep.ledger, upkeep.lots, shop.admin, tomorrow) == posted

    @pytest.mark.promise("B14")
    async def test_old_keys_are_forgotten_and_young_ones_are_not(self, shop: Shop, upkeep: Upkeep) -> None:
        for key, hours in (("old", 73), ("young", 71)):
            await shop.fetch(
                "INSERT INTO idempotency_key (company_id, principal_id, key, request_hash, created_at)"
                " VALUES (%s, %s, %s, '', now() - %s * interval '1 hour')",
                shop.company_id,
                shop.user_id,
                key,
                hours,
            )
        await upkeep.forget_old_rows(datetime.now(UTC))
        assert await shop.fetch("SELECT key FROM idempotency_key WHERE company_id = %s", shop.company_id) == [
            ("young",)
        ]

    @pytest.mark.promise("B14")
    async def test_what_was_delivered_long_ago_is_forgotten_and_what_is_not_done_never_is(
        self, shop: Shop, dispatch: Database, upkeep: Upkeep
    ) -> None:
        for subscriber, state, days in (
            ("old", "done", 31),
            ("young", "done", 29),
            ("dead", "dead", 31),
            ("new", "new", 31),
        ):
            await dispatch.fetch(Scope(shop.company_id), _DELIVER, (subscriber, state, days, await _an_event(shop)))
        await upkeep.forget_old_rows(datetime.now(UTC))
        left = await shop.fetch("SELECT subscriber FROM delivery WHERE company_id = %s", shop.company_id)
        assert {row[0] for row in left} == {"young", "dead", "new"}

    @pytest.mark.promise("B14")
    async def test_old_slots_are_forgotten(self, dispatch: Database, upkeep: Upkeep) -> None:
        job = f"job-{new_id()}"
        await PostgresScheduleRuns(dispatch).claim(job, datetime(2020, 1, 1, tzinfo=UTC), MINUTE)
        await upkeep.forget_old_rows(datetime.now(UTC))
        assert await dispatch.fetch(Scope(), "SELECT 1 FROM schedule_run WHERE job = %s", (job,)) == []

    @pytest.mark.promise("B15", "B14")
    async def test_forecast_runs_are_forgotten_half_a_year_before_the_latest_one_whatever_day_it_is(
        self, shop: Shop, upkeep: Upkeep
    ) -> None:
        """Seen to fail with the runs of half a year before today forgotten, and with open ones."""
        latest = datetime(2019, 7, 1, tzinfo=UTC).date()
        for weeks, state in ((0, "done"), (26, "done"), (27, "done"), (28, "failed"), (29, "waiting")):
            await shop.fetch(
                "INSERT INTO forecast_run (company_id, as_of, kind, state, next_at)"
                " VALUES (%s, %s, 'fit', %s, 'infinity') RETURNING 1",
                shop.company_id,
                latest - timedelta(weeks=weeks),
                state,
            )
        await upkeep.forget_old_rows(datetime.now(UTC))
        kept = await shop.fetch("SELECT as_of FROM forecast_run WHERE company_id = %s ORDER BY 1 DESC", shop.company_id)
        assert [(latest - row[0]).days // 7 for row in kept] == [0, 26, 29]

    def test_every_job_runs_at_least_daily(self, upkeep: Upkeep) -> None:
        assert {job.name: job.every <= timedelta(days=1) for job in upkeep.jobs()} == {
            "expire_holds": True,
            "write_checkpoints": True,
            "quarantine_expired_lots": True,
            "forget_old_rows": True,
            "learn_sizes": True,
        }


_DELIVER = """
    INSERT INTO delivery (company_id, event_id, subscriber, aggregate_key, position, state, next_at)
    SELECT company_id, id, %s, '', 1, %s, now() - %s * interval '1 day' FROM outbox_event WHERE id = %s
"""


async def _an_event(shop: Shop) -> object:
    rows = await shop.fetch(
        "INSERT INTO outbox_event (company_id, type, subject_type, subject_id, data)"
        " VALUES (%s, 'thing_happened', 'thing', %s, '{}') RETURNING id",
        shop.company_id,
        new_id(),
    )
    return rows[0][0]


def day_of(shop: Shop, days: int) -> date:
    return shop.days_ago(days).date()
