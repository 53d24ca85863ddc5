"""What other parties tell us by webhook: stored as it came, believed only when it is signed, and of effect once."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar

from adapters.plugin_loader.registry import load_plugins
from adapters.postgres import inbox as inbox_adapter
from adapters.postgres.installations import PostgresInstallations
from apps.settings import Settings
from apps.worker import reading
from apps.worker.retries import MAX_TRIES
from core.commands import hooks
from core.commands.incoming_news import ReadWebhook, take_in
from core.domain.access import Actor
from core.domain.errors import Busy
from core.domain.ids import new_id
from core.ports.clock import SystemClock
from core.ports.plugins import Plugins
from core.ports.storage import UnitOfWork
from tests.api import Api
from tests.apps.newsroom import newsroom
from tests.apps.sms import CARRIER, TextRoom, app_with
from tests.mail_server import PostOffice
from tests.plugins.sms_folder.src.sms_folder.carrier import Outbox
from tests.plugins.sms_folder.src.sms_folder.hooks import LONGEST_AGE, SIGNATURE, TIME, signature_of
from tests.proof.profile import amount
from tests.proof.recording import Reach
from tests.shop import open_shop
from tests.way_out import importable

pytestmark = pytest.mark.anyio

SECRET = "the secret that the carrier signs with"
STOPPED = {"kind": "gone", "reason": "you have not paid"}


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugins]:
    with importable(tmp_path_factory.mktemp("site"), CARRIER):
        yield load_plugins([CARRIER], "0.1.0")


@pytest.fixture(scope="module")
async def hook_app(settings: Settings, plugins: Plugins) -> AsyncIterator[Litestar]:
    async with app_with(settings, plugins) as app:
        yield app


@pytest.fixture
async def other_apps(settings: Settings, plugins: Plugins) -> AsyncIterator[list[Litestar]]:
    """Two more instances, as in other processes: their own connections and paces."""
    async with app_with(settings, plugins) as one, app_with(settings, plugins) as other:
        yield [one, other]


@dataclass
class HookRoom(TextRoom):
    """A company whose carrier tells it things."""

    app: Litestar = field(kw_only=True)
    settings: Settings = field(kw_only=True)
    token: str = ""

    async def open(self) -> None:
        admin = await self.news.api.client("admin")
        given = {"folder": str(self.folder), "secret": SECRET}
        answer = await admin.post(f"/plugins/{CARRIER}/enable", json={"settings": given})
        assert answer.status_code == 200, answer.text
        found = await self.inbox_reader.installations.find(self.news.company, CARRIER)
        assert found is not None
        self.token = found.hook_token or ""
        assert self.token

    @property
    def inbox_reader(self) -> reading.InboxReader:
        found = self.news.parts.reading
        assert found is not None
        return found

    @property
    def path(self) -> str:
        return f"/api/v1/hooks/{CARRIER}/{self.token}"

    async def tell(self, event: str = "", *facts: dict[str, Any], trouble: str = "", **more: Any) -> httpx.Response:
        """The carrier sends a webhook, signed as it should be."""
        return await self.send(json.dumps({"id": event, "facts": facts, "trouble": trouble}).encode(), **more)

    async def send(
        self,
        body: bytes,
        *,
        secret: str = SECRET,
        age: timedelta = timedelta(0),
        path: str = "",
        query: str = "",
        host: str = "elsewhere.example",
    ) -> httpx.Response:
        path = path or self.path
        at = str(int((SystemClock().now() - age).timestamp()))
        url = f"{self.settings.address}{path}" + (f"?{query}" if query else "")
        headers = {
            TIME: at,
            SIGNATURE: signature_of(secret, url, at, body),
            "Cookie": "a=b",
            "Authorization": "Basic x",
        }
        transport = httpx.ASGITransport(cast("Any", self.app))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.post(f"{path}?{query}" if query else path, content=body, headers=headers)

    async def read(self) -> None:
        """The worker reads what is due, until nothing is."""
        while any(company == self.news.company for company, _ in await self.news.parts.due.inboxes([CARRIER])):
            await self.inbox_reader.read(self.news.company, CARRIER)

    async def let_time_pass(self) -> None:
        await self.news.shop.fetch("UPDATE inbox_message SET next_at = now() WHERE company_id = %s", self.news.company)

    async def rows(self, columns: str = "state") -> list[tuple[Any, ...]]:
        return await self.news.shop.fetch(
            f"SELECT {columns} FROM inbox_message WHERE company_id = %s ORDER BY id", self.news.company
        )

    async def states(self) -> list[str]:
        return [state for (state,) in await self.rows()]

    async def state(self) -> tuple[str, str | None]:
        """How the plugin stands, and why."""
        found = await self.inbox_reader.installations.find(self.news.company, CARRIER)
        assert found is not None
        return found.state.value, found.problem


@pytest.fixture
async def room(
    hook_app: Litestar, api: Api, post: PostOffice, settings: Settings, plugins: Plugins, tmp_path: Path
) -> AsyncIterator[HookRoom]:
    async with newsroom(Api(hook_app, api.shop, api.tokens), post, settings, plugins) as news:
        room = HookRoom(news, Outbox(tmp_path), tmp_path, app=hook_app, settings=settings)
        await room.open()
        yield room


class TestWayIn:
    async def test_what_is_signed_is_stored_as_it_came_without_what_speaks_for_its_sender(self, room: HookRoom) -> None:
        """Seen to fail with the address built of the Host header."""
        answer = await room.tell("one", query="key=a%20b&blank=")
        assert (answer.status_code, answer.content) == (202, b"")
        [(event, url, headers, body, state)] = await room.rows("event_id, url, headers, body, state")
        assert (event, state, json.loads(body)["id"]) == ("one", "new", "one")
        assert room.token not in url
        assert {TIME, SIGNATURE} < headers.keys()
        assert not {"authorization", "cookie"} & headers.keys()

    async def test_what_nobody_signed_is_refused_and_not_stored(self, room: HookRoom) -> None:
        for answer in (
            await room.tell("one", secret="a guess"),
            await room.tell("one", age=LONGEST_AGE + timedelta(seconds=2)),
            await room.tell("one", age=-LONGEST_AGE - timedelta(seconds=2)),
        ):
            assert (answer.status_code, answer.json()["code"]) == (401, "not_authentic")
            assert SECRET not in answer.text
        assert await room.rows() == []

    async def test_an_address_that_leads_nowhere_is_told_from_no_other(self, room: HookRoom) -> None:
        """Another token, another plugin, a plugin that nobody has, a plugin that is switched off."""
        wrong = [f"/api/v1/hooks/{CARRIER}/{room.token}x", f"/api/v1/hooks/fake_storefront/{room.token}"]
        wrong += [f"/api/v1/hooks/no_such/{room.token}", f"/api/v1/hooks/{CARRIER}/{'x' * 3000}"]
        answers = [await room.tell("one", path=path) for path in wrong]
        await room.switch_off()
        answers.append(await room.tell("one"))
        problems = [{**answer.json(), "instance": "", "request_id": ""} for answer in answers]
        assert {answer.status_code for answer in answers} == {404}
        assert all(problem == problems[0] for problem in problems)
        assert await room.rows() == []

    async def test_the_address_of_one_company_is_of_no_use_for_another(self, room: HookRoom) -> None:
        """Both have the plugin; each is told what came to its own address alone."""
        mine, ours = await room.tell("one"), room.news.company
        other = await open_shop(room.news.shop.database)
        assert mine.status_code == 202
        assert await other.fetch("SELECT 1 FROM inbox_message") == []
        assert await other.fetch("SELECT 1 FROM inbox_message WHERE company_id = %s", ours) == []

    async def test_what_is_too_large_or_has_too_many_headers_is_refused(self, room: HookRoom) -> None:
        assert (await room.send(b"x" * 1_000_001)).status_code == 413
        headers = {f"x-{number}": "x" for number in range(100)}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(cast("Any", room.app)), base_url="http://x"
        ) as client:
            assert (await client.post(room.path, headers=headers)).status_code == 431
            assert (await client.post(room.path, headers={"x-long": "x" * 16_000})).status_code == 431
            assert (await client.get(room.path)).status_code == 405
        assert await room.rows() == []

    @pytest.mark.promise("B4")
    async def test_a_repetition_is_answered_like_the_first_and_stored_once(self, room: HookRoom) -> None:
        """Seen to fail with the sender's name of the event not looked at when it is stored."""
        answers = await asyncio.gather(*(room.tell("one") for _ in range(8)))
        assert {answer.status_code for answer in answers} == {202}
        await room.read()
        assert (await room.tell("one")).status_code == 202
        assert await room.states() == ["done"]

    async def test_where_the_sender_names_no_event_the_body_does(self, room: HookRoom) -> None:
        for body in (b"{}", b"{}", b'{"trouble": ""}'):
            assert (await room.send(body)).status_code == 202
        assert [event.partition(":")[0] for (event,) in await room.rows("event_id")] == ["sha256", "sha256"]

    async def test_a_flood_is_slowed_down_and_no_disk_is_filled(
        self, room: HookRoom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Seen to fail with each of the three limits left out."""
        monkeypatch.setattr(hooks, "BURST", 30)
        monkeypatch.setattr(hooks, "PER_SECOND", 0.01)
        monkeypatch.setattr(inbox_adapter, "MOST_KEPT", 2)
        assert [(await room.tell(name)).status_code for name in ("one", "two", "three", "one")] == [202, 202, 429, 202]
        monkeypatch.setattr(inbox_adapter, "MOST_KEPT", 20)
        monkeypatch.setattr(inbox_adapter, "MOST_BYTES", 1000)
        assert (await room.send(b"x" * 1000)).status_code == 429
        answers = [await room.tell("x", secret="wrong") for _ in range(30)]
        assert [answer.status_code for answer in answers] == [401] * 25 + [429] * 5
        assert int(answers[-1].headers["retry-after"]) > 1
        await room.read()
        assert await room.states() == ["done", "done"]

    @pytest.mark.promise("B10")
    async def test_a_plugin_that_hangs_holds_up_nobody_and_loses_nothing(self, room: HookRoom) -> None:
        """Seen to fail with `verify` called in the event loop: the server stood still."""
        (room.folder / "deaf").touch()
        told = asyncio.create_task(room.tell("one", STOPPED))
        async with asyncio.timeout(1):
            await asyncio.sleep(0)
            assert (await (await room.news.api.client("admin")).get("/plugins")).status_code == 200
        assert (await told).status_code == 202
        [(event, verified)] = await room.rows("event_id, verified")
        assert (event[:7], verified) == ("sha256:", False)
        (room.folder / "deaf").unlink()
        await room.read()
        assert await room.rows("state, event_id") == [("done", "one")]

    async def test_those_of_a_suspended_company_wait(self, room: HookRoom) -> None:
        shop = room.news.shop
        await shop.fetch("UPDATE company SET suspended = true WHERE id = %s", shop.company_id)
        assert (await room.tell("one", STOPPED)).status_code == 202
        await room.read()
        await room.inbox_reader.read(shop.company_id, CARRIER)
        assert await room.states() == ["new"]
        await shop.fetch("UPDATE company SET suspended = false WHERE id = %s", shop.company_id)
        await room.read()
        assert await room.states() == ["done"]


def effects_counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often what was read took effect, by the sender's name of the event."""
    effects = Counter[str]()

    async def counted(uow: UnitOfWork, actor: Actor, webhook: ReadWebhook) -> bool:
        took = await take_in(uow, actor, webhook)
        effects[webhook.event_id] += took
        return took

    monkeypatch.setattr(reading, "take_in", counted)
    return effects


@pytest.mark.promise("B4")
class TestEffect:
    async def test_a_thousand_times_disorder_has_every_effect_once(
        self, room: HookRoom, other_apps: list[Litestar], monkeypatch: pytest.MonkeyPatch, reached: Reach
    ) -> None:
        """Each of the webhooks comes one to five times, in any order, to three instances of the API, while three readers read. Seen to
        fail when what came was kept under names of our own."""
        shop, count, effects = room.news.shop, amount(200, 1_000), effects_counted(monkeypatch)
        rooms = [room, *(replace(room, app=app) for app in other_apps)]
        numbers = [f"+5939{10**7 + new_id().int % 10**7 * 9 + place}" for place in range(count)]
        events = [(f"event {place}", number) for place, number in enumerate(numbers)]
        rng = random.Random(7)
        sent = [event for event in events for _ in range(rng.randint(1, 5))]
        rng.shuffle(sent)

        monkeypatch.setattr(hooks, "BURST", len(sent))
        for start in range(0, len(sent), 40):
            told = [
                rng.choice(rooms).tell(name, {"kind": "consent", "number": number, "wanted": False})
                for name, number in sent[start : start + 40]
            ]
            readers = [room.inbox_reader.read(room.news.company, CARRIER) for _ in range(3)]
            answers, _ = await asyncio.gather(asyncio.gather(*told), asyncio.gather(*readers))
            assert {answer.status_code for answer in answers} == {202}
        await asyncio.gather(*(room.read() for _ in range(3)))
        assert await room.states() == ["done"] * count
        assert effects == dict.fromkeys((name for name, _ in events), 1)
        known = await shop.fetch("SELECT number FROM text_consent WHERE company_id = %s", shop.company_id)
        assert sorted(number for (number,) in known) == sorted(numbers)
        reached(
            "B4",
            f"{count:,} events sent {len(sent):,} times to {len(rooms)} instances of the API: {effects.total():,} effects",
        )

    async def test_what_gets_its_name_only_when_it_is_read_has_no_second_effect(
        self, room: HookRoom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It came while its plugin could not say what it is, and was kept under a name of our own; then it came again. Seen to fail with
        nothing looked at but whether somebody else has read the same row."""
        effects = effects_counted(monkeypatch)
        consent = {"kind": "consent", "number": room.ana, "wanted": False}
        (room.folder / "deaf").touch()
        assert (await room.tell("one", consent)).status_code == 202
        (room.folder / "deaf").unlink()
        assert (await room.tell("one", consent)).status_code == 202
        assert {event[:7] for (event,) in await room.rows("event_id")} == {"sha256:", "one"}
        await room.read()
        assert await room.states() == ["done", "done"]
        assert effects == {"one": 1}

    async def test_a_worker_that_dies_between_reading_and_effect_leaves_it_to_the_next(
        self, room: HookRoom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The transaction ends with neither; after the lease another reader has the effect, once. Seen to fail with the effect in another
        transaction than the end."""

        async def dies(*arguments: Any) -> bool:
            await take_in(*arguments)
            raise asyncio.CancelledError

        await room.tell("one", STOPPED)
        with monkeypatch.context() as patch:
            patch.setattr(reading, "take_in", dies)
            with pytest.raises(asyncio.CancelledError):
                await room.inbox_reader.read(room.news.company, CARRIER)
        assert (await room.states(), (await room.state())[0]) == (["leased"], "enabled")
        await room.read()
        assert await room.states() == ["leased"]
        await room.let_time_pass()
        await room.read()
        assert await room.states() == ["done"]
        assert await room.state() == ("paused", "the other side has ended our access: you have not paid")

    async def test_while_the_database_is_busy_no_plugin_is_paused(
        self, room: HookRoom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Seen to fail when a busy database was taken for a plugin that cannot be opened: it rested until somebody saw to it."""

        async def busy(*_: Any) -> None:
            raise Busy("database_busy", "too many requests at once")

        await room.tell("one")
        with monkeypatch.context() as patch:
            patch.setattr(PostgresInstallations, "find", busy)
            with pytest.raises(Busy):
                await room.inbox_reader.read(room.news.company, CARRIER)
        assert (await room.states(), (await room.state())[0]) == (["leased"], "enabled")
        await room.let_time_pass()
        await room.read()
        assert await room.states() == ["done"]

    async def test_who_lost_the_lease_has_no_effect_any_more(
        self, room: HookRoom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Seen to fail with the token of the lease not compared."""

        async def slow(*arguments: Any) -> bool:
            await room.news.shop.fetch(
                "UPDATE inbox_message SET lease_token = gen_random_uuid() WHERE company_id = %s", room.news.company
            )
            return await take_in(*arguments)

        await room.tell("one", STOPPED)
        monkeypatch.setattr(reading, "take_in", slow)
        await room.inbox_reader.read(room.news.company, CARRIER)
        assert (await room.states(), (await room.state())[0]) == (["leased"], "enabled")

    async def test_what_came_is_thrown_away_once_it_was_read(self, room: HookRoom) -> None:
        await room.tell("one")
        await room.read()
        assert await room.rows("url, headers, body, size > 0") == [(None, None, None, True)]

    async def test_when_access_has_ended_the_plugin_rests_with_the_reason_and_people_are_told(
        self, room: HookRoom
    ) -> None:
        await room.tell("one", STOPPED)
        await room.tell("two", STOPPED)
        await room.read()
        assert await room.state() == ("paused", "the other side has ended our access: you have not paid")
        events = await room.news.shop.fetch(
            "SELECT data->>'problem' FROM outbox_event WHERE company_id = %s AND type = 'plugin_paused'",
            room.news.company,
        )
        assert events == [("the other side has ended our access: you have not paid",)]
        assert (await room.tell("three")).status_code == 202
        assert (await room.states())[-1] == "new"

    async def test_one_that_cannot_be_read_holds_up_no_other(self, room: HookRoom) -> None:
        """Seen to fail with the failure of one taken for that of all."""
        for trouble in ("later", "bug", "exit", "flood"):
            await room.tell(trouble, trouble=trouble)
        await room.send(b"no JSON")
        await room.tell("good")
        await room.read()
        found = {event: (state, error) for event, state, error in await room.rows("event_id, state, last_error")}
        assert found["good"] == ("done", None)
        assert {event: state for event, (state, _) in found.items() if not event.startswith("sha")} == {
            "later": "new",
            "bug": "new",
            "exit": "new",
            "flood": "dead",
            "good": "done",
        }
        for _ in range(MAX_TRIES):
            await room.let_time_pass()
            await room.inbox_reader.read(room.news.company, CARRIER)
        assert sorted(await room.states()) == ["dead"] * 5 + ["done"]

    async def test_no_secret_stands_in_the_words_of_a_failure(self, room: HookRoom) -> None:
        await room.tell("one", trouble="leak")
        await room.read()
        assert await room.rows("last_error") == [("PermanentlyRejected: it cannot be read with ***",)]

    async def test_settings_that_do_not_work_pause_the_plugin_and_what_came_waits(self, room: HookRoom) -> None:
        await room.tell("one", trouble="settings")
        await room.inbox_reader.read(room.news.company, CARRIER)
        assert (await room.state())[0] == "paused"
        assert await room.rows("state, attempts") == [("new", 0)]

    async def test_what_was_signed_and_is_not_by_the_settings_of_now_is_kept_and_what_never_was_is_not(
        self, room: HookRoom
    ) -> None:
        (room.folder / "deaf").touch()
        assert (await room.tell("forged", secret="a guess")).status_code == 202
        (room.folder / "deaf").unlink()
        await room.tell("signed")
        admin = await room.news.api.client("admin")
        given = {"folder": str(room.folder), "secret": "another"}
        assert (await admin.post(f"/plugins/{CARRIER}/enable", json={"settings": given})).status_code == 200
        await room.read()
        assert await room.rows("state, body IS NULL") == [("dead", True), ("dead", False)]


class TestLog:
    async def test_people_see_what_came_and_what_became_of_it_and_never_what_it_said(self, room: HookRoom) -> None:
        await room.tell("fine")
        await room.tell("broken", trouble="flood")
        await room.read()
        await room.tell("waits")
        manager = await room.news.api.client("admin")
        shown = (await manager.get_ok(f"/plugins/{CARRIER}/webhooks"))["items"]
        assert [(one["event_id"], one["state"], one["kept"], one["attempts"]) for one in shown] == [
            ("waits", "waiting", True, 0),
            ("broken", "dead", True, 1),
            ("fine", "read", False, 1),
        ]
        assert "more than" in shown[1]["error"]
        dead = (await manager.get_ok(f"/plugins/{CARRIER}/webhooks", state="dead"))["items"]
        assert [one["event_id"] for one in dead] == ["broken"]
        first = await manager.get_ok(f"/plugins/{CARRIER}/webhooks", limit=2)
        rest = await manager.get_ok(f"/plugins/{CARRIER}/webhooks", cursor=first["next_cursor"])
        assert [one["event_id"] for one in first["items"] + rest["items"]] == ["waits", "broken", "fine"]
        assert room.token not in str(shown)

    async def test_what_was_given_up_is_read_again_when_somebody_asks_for_it(self, room: HookRoom) -> None:
        await room.tell("fine")
        await room.tell("broken", trouble="flood")
        await room.read()
        admin = await room.news.api.client("admin")
        ids = {one["event_id"]: one["id"] for one in (await admin.get_ok(f"/plugins/{CARRIER}/webhooks"))["items"]}

        async def retry(plugin: str, webhook: str) -> httpx.Response:
            return await admin.send_json(f"/plugins/{plugin}/webhooks/{webhook}/retry", {})

        assert (await retry(CARRIER, ids["broken"])).status_code == 202
        assert await room.rows("state, attempts") == [("done", 1), ("new", 0)]
        await room.read()
        assert await room.states() == ["done", "dead"]
        assert (await retry(CARRIER, ids["fine"])).json()["code"] == "already_read"
        assert (await retry(CARRIER, str(new_id()))).status_code == 404
        assert (await retry("fake_storefront", ids["broken"])).status_code == 404
        await room.news.shop.fetch(
            "UPDATE inbox_message SET url = NULL, headers = NULL, body = NULL WHERE company_id = %s", room.news.company
        )
        assert (await retry(CARRIER, ids["broken"])).json()["code"] == "not_kept"

    @pytest.mark.promise("B14")
    async def test_what_ended_long_ago_or_has_waited_as_long_is_forgotten(self, room: HookRoom) -> None:
        await room.tell("old")
        await room.read()
        await room.news.shop.fetch(
            "UPDATE inbox_message SET next_at = now() - interval '31 days' WHERE company_id = %s", room.news.company
        )
        await room.tell("never read")
        await room.news.shop.fetch(
            "UPDATE inbox_message SET received_at = now() - interval '31 days' WHERE company_id = %s", room.news.company
        )
        await room.tell("new")
        await room.news.look("forget_old_rows")
        assert await room.rows("event_id") == [("new",)]
