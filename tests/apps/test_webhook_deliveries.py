"""Events on their way to webhooks: none is lost, each subject's come in order, and nobody waits for somebody else's receiver."""

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from taskiq import InMemoryBroker

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres.engine import Database
from adapters.postgres.upkeep import PostgresUpkeep
from apps.ioc.webhooks import CALL_SECONDS
from apps.settings import Settings
from apps.worker.calling import LEASE, SENDING
from apps.worker.main import working
from apps.worker.retries import (
    DELAYS,
    FIRST_REST,
    LONGEST_REST,
    LONGEST_WISH,
    MAX_TRIES,
    TOLERATED_CALLS,
    GiveUp,
    TryAgain,
    after_failed_call,
    rest_after,
)
from core.commands.webhook_deliveries import Record, record_tries
from core.domain.ids import new_id
from core.ports.failures import PermanentlyRejected, RateLimited, Transient
from core.ports.outbox import DeliveryState, Outcome
from core.ports.webhooks import Ended, Try
from tests.api import Api
from tests.apps.carrier import Carrier, carrying, enabled, happen, let_time_pass, made, states, stopped
from tests.apps.test_suspended import suspend
from tests.proof.profile import amount
from tests.proof.recording import Reach
from tests.shop import open_shop
from tests.way_out import AUDIT_KEY, SECONDS, eventually
from tests.webhook_receiver import Answer, Received, Receiver, receiving

pytestmark = pytest.mark.anyio


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
async def carrier(settings: Settings, database: Database) -> AsyncIterator[Carrier]:
    async with carrying(settings, database) as carrier:
        yield carrier


def ids(requests: list[Received]) -> list[str]:
    return [one.id for one in requests]


class TestArrival:
    async def test_what_happens_arrives_signed_and_as_the_feed_shows_it(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail with the body made of the row instead of the view."""
        admin = await api.client("admin")
        await carrier.relay(api.shop)
        hook = await enabled(admin, receiver)
        await api.shop.product("TEA")
        await api.shop.post("receipt", "TEA", 10)
        await admin.post_ok(
            "/sales", {"lines": [{"product": "TEA", "site": "UIO", "quantity": "3", "unit_price": "5"}]}
        )
        await admin.post_ok("/categories", {"name": "Café"})
        await carrier.carry(api.shop, hook)
        feed = (await admin.get_ok("/events"))["items"]
        told = [one for one in feed if one["subject"]["type"] != "webhook"][-3:]
        assert [one["type"] for one in told] == ["stock_received", "sale_recorded", "category_created"]
        assert [one.event for one in receiver.events] == told
        assert all(one.is_signed_with(hook.secret) and one.id == one.event["id"] for one in receiver.events)

    async def test_only_the_types_that_are_wanted_come(self, api: Api, receiver: Receiver, carrier: Carrier) -> None:
        """Seen to fail with a relay that does not look at the types."""
        hook = await enabled(await api.client("admin"), receiver, event_types=["low_stock", "sale_recorded"])
        sale, _ = [
            (await happen(api.shop, new_id(), event_type=event_type))[0]
            for event_type in ("sale_recorded", "stock_received")
        ]
        await carrier.carry(api.shop, hook)
        assert ids(receiver.events) == [sale]

    async def test_the_worker_finds_what_waits(
        self, api: Api, receiver: Receiver, carrier: Carrier, database_url: str
    ) -> None:
        """Seen to fail when the worker did not ask what is due at webhooks."""
        await enabled(await api.client("admin"), receiver)
        plugins, broker = load_plugins([], "0.1"), InMemoryBroker()
        waiting = await happen(api.shop, new_id())
        await carrier.relay(api.shop)
        async with working(database_url, plugins, broker, AUDIT_KEY, webhooks=carrier.outgoing, poll_seconds=0.05):
            await eventually(lambda: set(ids(receiver.events)) >= set(waiting))
        assert len(receiver.events) == len(set(ids(receiver.events)))

    async def test_what_happens_is_sent_at_once_when_somebody_rings(
        self, api: Api, receiver: Receiver, carrier: Carrier, database_url: str
    ) -> None:
        """Within the time of the test the worker does not look for itself. Seen to fail when the relay's answer led to no call."""
        hook = await enabled(await api.client("admin"), receiver)
        await carrier.carry(api.shop, hook)
        plugins, broker = load_plugins([], "0.1"), InMemoryBroker()
        async with working(
            database_url, plugins, broker, AUDIT_KEY, webhooks=carrier.outgoing, poll_seconds=3600
        ) as worker:
            events = await happen(api.shop, new_id())
            worker.attend(api.shop.company_id)
            await eventually(lambda: set(ids(receiver.events)) >= set(events))

    @pytest.mark.promise("B5")
    async def test_all_that_gets_its_number_after_the_enabling_is_sent_and_nothing_before(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Also what had happened by then and waited for its number: so whoever reads the feed to its end, afterwards, has all."""
        admin = await api.client("admin")
        hook = await made(admin, receiver)
        await happen(api.shop, new_id())
        await carrier.relay(api.shop)
        waiting = await happen(api.shop, new_id())
        await admin.post_ok(f"{hook.path}/enable", None)
        later = await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        assert set(ids(receiver.events)) >= {*waiting, *later}
        assert not set(ids(receiver.events)) & {one["id"] for one in (await admin.get_ok("/events", limit=1))["items"]}
        assert "sale_recorded" not in {one.event["type"] for one in receiver.events if one.id not in {*waiting, *later}}

    async def test_nothing_about_webhooks_is_sent_to_webhooks(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Two that fail would tell each other so for ever. Seen to fail without that condition in the relay."""
        admin = await api.client("admin")
        receiver.answer = lambda one: 204 if one.event["type"] == "webhook_ping" else 400
        hooks = [await enabled(admin, receiver) for _ in range(2)]
        await happen(api.shop, new_id())
        for _ in range(3):
            for hook in hooks:
                await carrier.carry(api.shop, hook)
        assert {one.event["type"] for one in receiver.events} <= {"sale_recorded", "company_created", "site_created"}
        assert "delivery_failed" in {one["type"] for one in (await admin.get_ok("/events", limit=500))["items"]}

    @pytest.mark.promise("B5")
    async def test_workers_at_once_send_one_at_a_time_and_each_event_once(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail with a lease of the events alone."""
        hook = await enabled(await api.client("admin"), receiver)
        events = await happen(api.shop, *(new_id() for _ in range(30)))
        await carrier.relay(api.shop)
        receiver.most_at_once = 0
        while await states(api.shop, hook, "new", "leased"):
            await asyncio.gather(*(carrier.call(api.shop, hook) for _ in range(4)))
        assert receiver.most_at_once == 1
        assert [one for one in ids(receiver.events) if one in events] == events
        assert len(set(ids(receiver.events))) == len(receiver.events)

    async def test_a_webhook_that_somebody_is_just_taking_is_left_to_them(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail without the lock of the webhook: each got events of their own."""
        hook = await enabled(await api.client("admin"), receiver)
        await happen(api.shop, new_id(), new_id())
        await carrier.relay(api.shop)
        taking = "SELECT FROM claim_webhook(%s, %s, 1, '1 minute', new_id())"
        company, webhook = api.shop.company_id, UUID(hook.id)
        async with api.shop.database.transaction(api.shop.scope) as connection:
            assert (await connection.execute(taking, (company, webhook))).rowcount == 1
            assert await carrier.caller().queue.claim(company, webhook, 10, LEASE) is None


class TestFailure:
    @pytest.mark.promise("B5")
    async def test_nothing_is_lost_and_nothing_overtakes_where_half_of_the_tries_fail(
        self, api: Api, receiver: Receiver, carrier: Carrier, reached: Reach
    ) -> None:
        """Three workers at once. What is refused for good is dead, no more and no less. Seen to fail with a claim that takes any event of a subject that is
        due, and with one that gives up after a 500."""
        admin, dice = await api.client("admin"), random.Random(7)
        hook = await enabled(admin, receiver)
        subjects = [new_id() for _ in range(6)]
        events = await happen(api.shop, *(dice.choice(subjects) for _ in range(amount(120, 600))))
        hopeless, tries = set(dice.sample(events, 9)), dict[str, int]()

        def answer(one: Received) -> Answer:
            tries[one.id] = tries.get(one.id, 0) + 1
            if one.id in hopeless:
                return 422
            if tries[one.id] > 5 or dice.random() < 0.5:  # eight failures in a row would be for good
                return 204
            return dice.choice([500, 503, 302, 408, 409, 425, 429])

        receiver.answer = answer
        await carrier.relay(api.shop)
        while await states(api.shop, hook, "new", "leased"):
            await let_time_pass(api.shop)
            await asyncio.gather(*(carrier.call(api.shop, hook) for _ in range(3)))
        ended = await states(api.shop, hook)
        assert {event for event in events if ended[event] == "dead"} == hopeless
        assert {event for event in events if ended[event] == "done"} == set(events) - hopeless
        arrived = [one for one in receiver.events if one.id in events]
        for subject in map(str, subjects):
            came = [one.id for one in arrived if one.event["subject"]["id"] == subject]
            in_order = sorted(came, key=events.index)
            assert came == in_order  # all tries of an event, and then those of the next
        failed = [one for one in (await feed(api, carrier)) if one["type"] == "delivery_failed"]
        assert {one["data"]["event"] for one in failed} == hopeless
        assert {one["data"]["subscriber"] for one in failed} == {f"webhook:{hook.id}"}
        reached(
            "B5",
            f"{len(events)} events in {sum(tries.values())} tries of which half failed: 0 lost, {len(hopeless)} dead of {len(hopeless)} refused,"
            " each in its subject's order and under one webhook-id",
        )

    @pytest.mark.promise("B5")
    async def test_an_event_that_is_never_taken_is_given_up_after_the_last_try_of_the_schedule(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        admin = await api.client("admin")
        await carrier.relay(api.shop)
        hook = await enabled(admin, receiver)
        receiver.answer = lambda _: 500
        [event] = await happen(api.shop, new_id())
        await carrier.relay(api.shop)
        waits = []
        while (await states(api.shop, hook))[event] != "dead":
            await let_time_pass(api.shop)
            await carrier.call(api.shop, hook)
            [(wait,)] = await api.shop.fetch("SELECT next_at - now() FROM delivery WHERE event_id = %s", UUID(event))
            waits.append(wait)
        assert ids([one for one in receiver.events if one.id == event]) == [event] * MAX_TRIES
        for wait, delay in zip(waits, DELAYS, strict=False):
            assert delay * 0.95 < wait < delay * 1.35
        shown = next(
            one for one in (await admin.get_ok(f"{hook.path}/deliveries", state="dead"))["items"] if one["id"] == event
        )
        assert (shown["state"], shown["attempts"], shown["next_try_at"]) == ("dead", MAX_TRIES, None)
        assert (shown["last_error"], shown["why"]["code"], shown["why"]["status"]) == ("answered 500", "answered", 500)
        assert [one["status"] for one in shown["tries"]] == [500] * MAX_TRIES

    async def test_an_address_that_is_gone_stops_the_webhook_and_nothing_is_lost(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail with 410 taken as any other answer of its kind."""
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        first, second = await happen(api.shop, new_id(), new_id())
        receiver.answer = lambda one: 410 if one.event["type"] == "sale_recorded" else 204
        await carrier.carry(api.shop, hook)
        assert await stopped(admin, hook) == "gone"
        asked = len(receiver.requests)
        await let_time_pass(api.shop)
        await carrier.carry(api.shop, hook)
        assert len(receiver.requests) == asked
        assert "webhook_disabled" in await api.shop.event_types("webhook_disabled")
        receiver.answer = lambda _: 204
        await admin.post_ok(f"{hook.path}/enable", None)
        await carrier.call(api.shop, hook)
        assert {first, second} <= set(await states(api.shop, hook, "done"))

    async def test_who_asks_us_to_wait_is_left_alone_that_long(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail without the rest of the webhook: the second event was sent at once."""
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        await carrier.carry(api.shop, hook)
        receiver.requests.clear()
        receiver.answer = lambda _: (429, {"retry-after": "1800"})
        first, second = await happen(api.shop, new_id(), new_id())
        await carrier.carry(api.shop, hook)
        await carrier.call(api.shop, hook)
        assert ids(receiver.events) == [first]
        assert not await carrier.is_due(hook)
        [(wait,)] = await api.shop.fetch("SELECT next_at - now() FROM webhook WHERE id = %s", UUID(hook.id))
        assert timedelta(minutes=29) < wait <= timedelta(minutes=30)
        assert (await admin.get_ok(hook.path))["rests_until"] is not None
        assert await states(api.shop, hook, "new") == {first: "new", second: "new"}

    async def test_one_that_fails_again_and_again_rests_between_its_tries(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        hook = await enabled(await api.client("admin"), receiver)
        await carrier.carry(api.shop, hook)
        receiver.requests.clear()
        receiver.answer = lambda _: 500
        await happen(api.shop, *(new_id() for _ in range(8)))
        await carrier.carry(api.shop, hook)
        assert len(receiver.events) == TOLERATED_CALLS
        receiver.answer = lambda _: 204
        await carrier.carry_on(api.shop, hook)
        assert await api.shop.fetch("SELECT failures FROM webhook WHERE id = %s", UUID(hook.id)) == [(0,)]

    @pytest.mark.promise("B5")
    async def test_a_worker_that_dies_after_sending_leaves_a_repeat_under_the_same_id(
        self, api: Api, receiver: Receiver, carrier: Carrier, settings: Settings
    ) -> None:
        """Seen to fail with an id made for each try."""
        hook = await enabled(await api.client("admin"), receiver)
        await carrier.carry(api.shop, hook)
        receiver.requests.clear()
        [event] = await happen(api.shop, new_id())
        await carrier.relay(api.shop)
        arguments = [str(settings.database_url), str(api.shop.company_id), hook.id, str(settings.data)]
        process = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-m", "tests.apps.doomed_caller", *arguments], timeout=SECONDS, check=False
        )
        assert process.returncode == -signal.SIGKILL
        assert ids(receiver.events) == [event]
        async with asyncio.timeout(SECONDS):
            while await states(api.shop, hook, "leased"):
                await carrier.call(api.shop, hook)
        first, repeat = receiver.events
        assert (first.id, first.body) == (repeat.id, repeat.body)
        assert (await states(api.shop, hook))[event] == "done"
        [(attempts,)] = await api.shop.fetch("SELECT attempts FROM delivery WHERE event_id = %s", UUID(event))
        assert attempts == 2

    @pytest.mark.promise("B5")
    async def test_a_worker_that_comes_back_too_late_changes_nothing(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail without the token of the lease in the recording."""
        hook = await enabled(await api.client("admin"), receiver)
        await carrier.carry(api.shop, hook)
        [event] = await happen(api.shop, new_id())
        await carrier.relay(api.shop)
        caller, company = carrier.caller(), api.shop.company_id
        slow = await caller.queue.claim(company, UUID(hook.id), 10, timedelta(0))
        assert slow
        await carrier.call(api.shop, hook)
        late = [Try(Outcome(UUID(event), DeliveryState.DEAD, "late"))]
        ended = Ended(UUID(hook.id), slow.lease.token, late, 7, timedelta(hours=1))
        await caller.run(record_tries, api.shop.admin, Record(ended))
        assert (await states(api.shop, hook))[event] == "done"
        assert "delivery_failed" not in await api.shop.event_types("delivery_failed")
        assert await api.shop.fetch("SELECT failures FROM webhook WHERE id = %s", UUID(hook.id)) == [(0,)]

    async def test_what_kills_its_worker_every_time_is_given_up(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        hook = await enabled(await api.client("admin"), receiver)
        await carrier.carry(api.shop, hook)
        receiver.requests.clear()
        [event] = await happen(api.shop, new_id())
        await carrier.relay(api.shop)
        await api.shop.fetch("UPDATE delivery SET attempts = %s WHERE event_id = %s", MAX_TRIES, UUID(event))
        await carrier.call(api.shop, hook)
        assert receiver.events == []
        assert (await states(api.shop, hook))[event] == "dead"

    def test_the_schedule_and_the_rests_have_their_bounds(self) -> None:
        calm, refused = Transient("x"), PermanentlyRejected("x")
        assert [after_failed_call(calm, number, lambda: 1) for number in range(1, MAX_TRIES)] == [
            TryAgain(delay) for delay in DELAYS
        ]
        assert after_failed_call(calm, MAX_TRIES) == after_failed_call(refused, 1) == GiveUp()
        assert after_failed_call(RateLimited(timedelta(days=9)), 1) == TryAgain(LONGEST_WISH)
        assert after_failed_call(RateLimited(timedelta(0)), 1, lambda: 1) == TryAgain(DELAYS[0])
        assert after_failed_call(RateLimited(timedelta(0)), MAX_TRIES) == GiveUp()
        assert rest_after(calm, TOLERATED_CALLS - 1) == rest_after(refused, 99) == timedelta(0)
        assert (rest_after(calm, TOLERATED_CALLS), rest_after(calm, 99)) == (FIRST_REST, LONGEST_REST)
        assert rest_after(RateLimited(timedelta(days=9)), 1) == LONGEST_WISH

    def test_the_lease_outlasts_the_last_try_that_is_begun(self) -> None:
        assert LEASE.total_seconds() * SENDING + CALL_SECONDS < LEASE.total_seconds()


class TestNeighbours:
    @pytest.mark.promise("B5", "B10")
    async def test_receivers_that_hang_hold_up_nobody_else(
        self, api: Api, receiver: Receiver, settings: Settings, database: Database, database_url: str
    ) -> None:
        """All webhooks of one company hang; another company's events, and those of its own way out, go on. Seen to fail with as many
        runners as a company has webhooks."""
        other = Api(api.app, await open_shop(database), api.tokens)
        plugins, broker = load_plugins([], "0.1"), InMemoryBroker()
        async with carrying(settings, database, seconds=20) as carrier:
            with receiving() as hung:
                slow = [await enabled(await api.client("admin"), hung) for _ in range(20)]
                await enabled(await other.client("admin"), receiver)
                hung.hung.set()
                await happen(api.shop, new_id())
                async with working(
                    database_url, plugins, broker, AUDIT_KEY, webhooks=carrier.outgoing, poll_seconds=0.05
                ):
                    await eventually(lambda: len(hung.events) == len(slow))
                    events = await happen(other.shop, *(new_id() for _ in range(5)))
                    await eventually(lambda: set(ids(receiver.events)) >= set(events))
                    for hook in slow:
                        assert await states(api.shop, hook, "leased")
                    hung.let_go.set()

    async def test_a_dead_webhook_holds_up_no_other_of_its_company(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        admin = await api.client("admin")
        with receiving() as broken:
            dead, alive = await enabled(admin, broken), await enabled(admin, receiver)
            broken.answer = lambda _: 500
            events = await happen(api.shop, *(new_id() for _ in range(3)))
            for hook in (dead, alive):
                await carrier.carry(api.shop, hook)
        assert [one for one in ids(receiver.events) if one in events] == events

    async def test_of_a_suspended_company_nothing_goes_out_and_nothing_is_lost(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail when neither the claim nor the stopping looked at the company: whoever is in a suspended company is in none,
        and the webhook was stopped."""
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        await carrier.carry(api.shop, hook)
        receiver.requests.clear()
        [event] = await happen(api.shop, new_id())
        await carrier.relay(api.shop)
        await suspend(api.shop, suspended=True)
        assert not await carrier.is_due(hook)
        await carrier.call(api.shop, hook)
        assert receiver.requests == []
        await suspend(api.shop, suspended=False)
        await carrier.carry(api.shop, hook)
        assert event in ids(receiver.events)
        assert await stopped(admin, hook) is None


class TestRights:
    @pytest.mark.parametrize(
        "change",
        [
            "DELETE FROM membership WHERE company_id = %s AND user_id = %s",
            "UPDATE membership SET active = false WHERE company_id = %s AND user_id = %s",
            "UPDATE membership SET role = 'manager' WHERE company_id = %s AND user_id = %s",
            "UPDATE membership SET read_site_ids = '{}', write_site_ids = '{}' WHERE company_id = %s AND user_id = %s",
        ],
    )
    async def test_a_webhook_stops_when_whoever_it_acts_for_may_not_know_any_more(
        self, api: Api, receiver: Receiver, carrier: Carrier, change: str
    ) -> None:
        """Somebody else who may can let it act for them. Seen to fail without the look at the person."""
        hook = await enabled(await api.client("admin"), receiver)
        await carrier.carry(api.shop, hook)
        receiver.requests.clear()
        await api.shop.fetch(change, api.shop.company_id, api.users["admin"])
        [event] = await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        assert receiver.requests == []
        other = await api.client("admin")
        assert await stopped(other, hook) == "rights_lost"
        await other.post_ok(f"{hook.path}/enable", None)
        await carrier.carry(api.shop, hook)
        assert event in ids(receiver.events)

    async def test_a_password_that_must_be_changed_stops_nothing(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        hook = await enabled(await api.client("admin"), receiver)
        await api.shop.fetch("UPDATE app_user SET must_change_password = true WHERE id = %s", api.users["admin"])
        [event] = await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        assert event in ids(receiver.events)


class TestRedelivery:
    @pytest.mark.promise("B5")
    async def test_what_was_given_up_is_sent_again_once_for_each_key(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail with a redelivery that leaves the count of tries as it was."""
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        await carrier.carry(api.shop, hook)
        receiver.requests.clear()
        receiver.answer = lambda _: 422
        [event] = await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        assert (await states(api.shop, hook))[event] == "dead"
        receiver.answer = lambda _: 500
        path, key = f"{hook.path}/deliveries/{event}/redeliver", str(new_id())
        asked = await admin.send_json(path, None, key=key)
        assert (asked.status_code, asked.json()) == (202, {"id": event})
        await carrier.call(api.shop, hook)
        [shown] = (await admin.get_ok(f"{hook.path}/deliveries", state="waiting"))["items"]
        assert (shown["id"], shown["attempts"]) == (event, 1)
        again = await admin.send_json(path, None, key=key)
        assert (again.status_code, again.headers["Idempotency-Replayed"]) == (202, "true")
        receiver.answer = lambda _: 204
        await admin.post_ok(path, None)
        await carrier.call(api.shop, hook)
        assert (await states(api.shop, hook))[event] == "done"
        assert ids(receiver.events) == [event] * 3
        await admin.post_ok(path, None)
        await carrier.call(api.shop, hook)
        assert ids(receiver.events) == [event] * 4

    async def test_it_waits_for_a_webhook_that_works_and_an_event_that_was_its(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        admin = await api.client("admin")
        hook = await enabled(admin, receiver, event_types=["low_stock"])
        [event] = await happen(api.shop, new_id())
        [wanted] = await happen(api.shop, new_id(), event_type="low_stock")
        await carrier.carry(api.shop, hook)
        answer = await admin.send_json(f"{hook.path}/deliveries/{event}/redeliver", None)
        assert (answer.status_code, answer.json()["code"]) == (404, "delivery_not_found")
        await admin.post_ok(f"{hook.path}/disable", None)
        answer = await admin.send_json(f"{hook.path}/deliveries/{wanted}/redeliver", None)
        assert (answer.status_code, answer.json()["code"]) == (409, "webhook_stopped")
        assert (await admin.post(f"{hook.path}/deliveries/{wanted}/redeliver")).status_code == 428


class TestStopping:
    async def test_one_that_is_disabled_gets_nothing_and_what_waits_stays(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        await carrier.carry(api.shop, hook)
        receiver.requests.clear()
        waiting = await happen(api.shop, new_id())
        await carrier.relay(api.shop)
        await admin.post_ok(f"{hook.path}/disable", None)
        missed = await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        assert receiver.requests == []
        await admin.post_ok(f"{hook.path}/enable", None)
        await carrier.carry(api.shop, hook)
        assert set(waiting) <= set(ids(receiver.events))
        assert not set(missed) & set(ids(receiver.events))

    async def test_with_a_webhook_goes_all_that_waits_for_it(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        await happen(api.shop, new_id())
        await carrier.relay(api.shop)
        receiver.requests.clear()
        assert (await admin.delete(hook.path)).status_code == 204
        await carrier.carry(api.shop, hook)
        assert receiver.requests == []
        assert await states(api.shop, hook) == {}
        for table in ("webhook", "webhook_secret", "webhook_attempt"):
            assert await api.shop.fetch(f"SELECT 1 FROM {table} WHERE company_id = %s", api.shop.company_id) == []

    @pytest.mark.promise("B14")
    async def test_what_came_of_calls_is_forgotten_in_time(
        self, api: Api, receiver: Receiver, carrier: Carrier, database: Database
    ) -> None:
        hook = await enabled(await api.client("admin"), receiver)
        await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        upkeep = PostgresUpkeep(database, carrier.dispatch)
        counted = "SELECT count(*) > 0 FROM webhook_attempt WHERE company_id = %s"
        await upkeep.forget_calls(timedelta(hours=1))
        assert await api.shop.fetch(counted, api.shop.company_id) == [(True,)]
        await upkeep.forget_calls(timedelta(0))
        assert await api.shop.fetch(counted, api.shop.company_id) == [(False,)]


async def feed(api: Api, carrier: Carrier) -> list[dict[str, Any]]:
    """All that happened."""
    await carrier.relay(api.shop)
    reader = await api.client("admin")
    page = await reader.get_ok("/events", limit=500)
    items: list[dict[str, Any]] = page["items"]
    while page["next_cursor"]:
        page = await reader.get_ok("/events", limit=500, cursor=page["next_cursor"])
        items += page["items"]
    return items
