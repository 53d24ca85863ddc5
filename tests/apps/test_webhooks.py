"""Webhooks, as those see them who keep them: who may, what is refused, and what nobody is told twice."""

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from litestar import Litestar

from adapters.postgres.engine import Database
from apps.http.app import create_app
from apps.settings import Settings
from core.domain.ids import new_id
from core.domain.webhook import MOST
from tests.api import Api, Client, tokens_of
from tests.apps.browser import Ahead, PutForward
from tests.apps.carrier import Carrier, Hook, carrying, enabled, happen, made, stopped
from tests.shop import Shop, open_shop
from tests.webhook_receiver import Receiver, receiving

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def clock() -> PutForward:
    return PutForward()


@pytest.fixture(scope="module")
def log() -> list[bytes]:
    return []


@pytest.fixture(scope="module")
async def ahead_app(settings: Settings, clock: PutForward, log: list[bytes]) -> AsyncIterator[Litestar]:
    app = create_app(settings, Ahead(clock), write_log=log.append)
    async with app.lifespan():
        yield app


@pytest.fixture
def api(ahead_app: Litestar, settings: Settings, shop: Shop, clock: PutForward) -> Iterator[Api]:
    yield Api(ahead_app, shop, tokens_of(shop.database, settings))
    clock.seconds = 0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
async def carrier(settings: Settings, database: Database) -> AsyncIterator[Carrier]:
    async with carrying(settings, database) as carrier:
        yield carrier


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def faults(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}


async def rotated(admin: Client, hook: Hook) -> str:
    secret: str = (await admin.post_ok(f"{hook.path}/rotate-secret", None))["secret"]
    return secret


class TestKeeping:
    async def test_a_webhook_is_made_shown_changed_and_deleted(self, api: Api, receiver: Receiver) -> None:
        admin = await api.client("admin")
        answer = await admin.post(
            "/webhooks", json={"url": receiver.url, "event_types": ["low_stock"], "description": " Shop "}
        )
        new = answer.json()
        assert (answer.status_code, answer.headers["etag"], answer.headers["cache-control"]) == (201, '"1"', "no-store")
        secret = new.pop("secret")
        assert secret.startswith("whsec_")
        assert {name: new[name] for name in ("url", "event_types", "description", "enabled", "disabled_reason")} == {
            "url": receiver.url,
            "event_types": ["low_stock"],
            "description": "Shop",
            "enabled": False,
            "disabled_reason": "unproven",
        }
        assert new["acts_for"] == new["created_by"] == str(api.users["admin"])
        path = f"/webhooks/{new['id']}"
        assert await admin.get_ok(path) == new
        change = {"event_types": None, "description": ""}
        changed = await admin.patch(path, json=change, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
        assert {**new, **change, "version": 2} == changed.json()
        assert told(await admin.patch(path, json=change, headers={"If-Match": '"1"'})) == (412, "stale_version")
        assert told(await admin.delete(path, headers={"If-Match": '"1"'})) == (412, "stale_version")
        assert (await admin.delete(path, headers={"If-Match": '"2"'})).status_code == 204
        assert told(await admin.get(path)) == (404, "webhook_not_found")
        types = ["webhook_created", "webhook_changed", "webhook_deleted"]
        assert await api.shop.event_types(*types) == types

    async def test_they_are_listed_the_newest_first_page_by_page(self, api: Api, receiver: Receiver) -> None:
        admin = await api.client("admin")
        hooks = [(await made(admin, receiver)).id for _ in range(3)]
        first = await admin.get_ok("/webhooks", limit=2)
        second = await admin.get_ok("/webhooks", limit=2, cursor=first["next_cursor"])
        assert [one["id"] for one in first["items"] + second["items"]] == hooks[::-1]
        assert second["next_cursor"] is None

    async def test_every_fault_is_named_at_once(self, api: Api) -> None:
        admin = await api.client("admin")
        refused = await admin.post(
            "/webhooks", json={"url": "ftp://x", "event_types": ["low_stock", "made_up"], "description": "a\tb"}
        )
        assert refused.status_code == 422
        assert faults(refused) == {
            ("/url", "bad_format"),
            ("/event_types/1", "unknown_value"),
            ("/description", "control_character"),
        }
        assert faults(await admin.post("/webhooks", json={"url": "https://x.example", "event_types": []})) == {
            ("/event_types", "required")
        }
        assert (await admin.get_ok("/webhooks"))["items"] == []

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("http://shop.example.org/", "bad_format"),
            ("https://ana:secret@shop.example.org/", "bad_format"),
            ("https://shop.example.org/#here", "bad_format"),
            ("https://shop.example.org\\@evil.example/", "bad_format"),
            ("https://shóp.example.org/", "bad_format"),
            ("shop.example.org", "bad_format"),
            ("https://shop.example.org:22/", "bad_port"),
            ("https://shop.example.org:99999/", "bad_format"),
        ],
    )
    async def test_an_address_is_a_plain_one(self, api: Api, url: str, code: str) -> None:
        assert faults(await (await api.client("admin")).post("/webhooks", json={"url": url})) == {("/url", code)}

    @pytest.mark.promise("S7")
    async def test_where_others_reach_the_server_this_machine_is_no_address(
        self, settings: Settings, shop: Shop
    ) -> None:
        public = Settings(
            data=settings.data, database_url=settings.database_url, public_url="https://stock.example.org"
        )
        app = create_app(public, write_log=lambda _: None)
        async with app.lifespan():
            admin = await Api(app, shop, tokens_of(shop.database, public)).client("admin")
            for url, code in (
                ("https://localhost/", "not_public"),
                ("https://127.0.0.1/", "not_public"),
                ("https://[::1]/", "not_public"),
                ("http://127.0.0.1/", "bad_format"),
            ):
                assert faults(await admin.post("/webhooks", json={"url": url})) == {("/url", code)}
            inside = await admin.post_ok("/webhooks", {"url": "https://10.0.0.1/"})
            ping = await admin.post_ok(f"/webhooks/{inside['id']}/ping", None)
            assert (ping["accepted"], ping["status"], ping["error"]) == (False, None, "address_refused")

    async def test_a_company_has_so_many_and_no_more(self, api: Api, receiver: Receiver) -> None:
        admin = await api.client("admin")
        for _ in range(MOST):
            await made(admin, receiver)
        assert told(await admin.post("/webhooks", json={"url": receiver.url})) == (409, "too_many_webhooks")


class TestProof:
    @pytest.mark.promise("B5")
    async def test_nothing_is_sent_before_the_address_has_accepted_a_signed_ping(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail with a webhook that is enabled whatever the ping came to."""
        admin = await api.client("admin")
        hook = await made(admin, receiver)
        await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        assert receiver.requests == []
        receiver.answer = lambda _: 404
        refused = await admin.post(f"{hook.path}/enable")
        assert told(refused) == (409, "webhook_not_answering")
        assert (refused.json()["status"], await stopped(admin, hook)) == (409, "unproven")
        receiver.answer = lambda _: 204
        shown = await admin.post_ok(f"{hook.path}/enable", None)
        assert (shown["enabled"], shown["disabled_reason"]) == (True, None)
        ping = receiver.requests[-1]
        assert ping.is_signed_with(hook.secret)
        assert ping.event == {
            "id": ping.id,
            "cursor": ping.event["cursor"],
            "type": "webhook_ping",
            "occurred_at": ping.event["occurred_at"],
            "subject": {"type": "webhook", "id": hook.id},
            "data": {},
        }
        after = await admin.get_ok("/events", cursor=ping.event["cursor"])
        assert [one["type"] for one in after["items"]] == []

    async def test_a_ping_says_what_came_back(self, api: Api, receiver: Receiver) -> None:
        admin = await api.client("admin")
        hook = await made(admin, receiver)
        receiver.answer = lambda _: (307, {"location": "http://127.0.0.1:1/"})
        answer = await admin.post_ok(f"{hook.path}/ping", None)
        assert (answer["accepted"], answer["status"], answer["error"]) == (False, 307, None)
        assert answer["duration_ms"] >= 0
        assert await stopped(admin, hook) == "unproven"
        nowhere = await admin.post_ok("/webhooks", {"url": "http://127.0.0.1:1/"})
        answer = await admin.post_ok(f"/webhooks/{nowhere['id']}/ping", None)
        assert (answer["accepted"], answer["status"], answer["error"]) == (False, None, "unreachable")

    async def test_another_address_must_be_proven_anew(self, api: Api, receiver: Receiver) -> None:
        """Seen to fail with a change that leaves the webhook enabled."""
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        await admin.patch(hook.path, json={"url": receiver.url, "description": "the same"})
        assert await stopped(admin, hook) is None
        await admin.patch(hook.path, json={"url": f"{receiver.url}/other"})
        assert await stopped(admin, hook) == "unproven"

    async def test_one_that_changes_while_it_is_pinged_is_not_enabled(
        self, api: Api, receiver: Receiver, database_url: str
    ) -> None:
        """The ping proved another address. Seen to fail without the comparison of versions."""
        admin = await api.client("admin")
        hook = await made(admin, receiver)

        def change_it(_: object) -> int:
            with psycopg.connect(database_url) as owner:
                owner.execute("SELECT set_config('app.company_id', %s, true)", (str(api.shop.company_id),))
                owner.execute("UPDATE webhook SET version = version + 1 WHERE id = %s", (hook.id,))
            return 204

        receiver.answer = change_it
        assert told(await admin.post(f"{hook.path}/enable")) == (412, "stale_version")
        assert await stopped(admin, hook) == "unproven"

    async def test_a_company_pings_so_often_and_no_more(self, api: Api, receiver: Receiver) -> None:
        admin = await api.client("admin")
        hook = await made(admin, receiver)
        statuses = [(await admin.post(f"{hook.path}/ping")).status_code for _ in range(31)]
        assert statuses == [200] * 30 + [429]
        assert (await admin.post(f"{hook.path}/enable")).status_code == 429


class TestSecrets:
    @pytest.mark.promise("B5")
    async def test_while_a_secret_is_exchanged_both_sign_for_a_day(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Seen to fail with one signature, and with an old secret that signs for ever."""
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        second = await rotated(admin, hook)

        async def signs(*secrets: str) -> list[bool]:
            await admin.post_ok(f"{hook.path}/ping", None)
            return [receiver.requests[-1].is_signed_with(secret) for secret in secrets]

        assert await signs(hook.secret, second) == [True, True]
        await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        assert all(receiver.events[-1].is_signed_with(secret) for secret in (hook.secret, second))
        shown = (await admin.get_ok(hook.path))["secrets"]
        assert [one["ends_at"] is None for one in shown] == [True, False]
        third = await rotated(admin, hook)
        assert await signs(hook.secret, second, third) == [False, True, True]
        [ending] = [one for one in (await admin.get_ok(hook.path))["secrets"] if one["ends_at"]]
        left = datetime.fromisoformat(ending["ends_at"]) - datetime.now(UTC)
        assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)
        await api.shop.fetch("UPDATE webhook_secret SET ends_at = now() WHERE ends_at IS NOT NULL")
        assert await signs(second, third) == [False, True]
        await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        assert [receiver.events[-1].is_signed_with(secret) for secret in (second, third)] == [False, True]

    async def test_a_secret_is_readable_nowhere(
        self,
        api: Api,
        receiver: Receiver,
        carrier: Carrier,
        database_url: str,
        log: list[bytes],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Not at rest, in the trail, in events or in logs. Seen to fail with the secret stored as it is, and with the sealed text in
        the trail."""
        caplog.set_level(logging.DEBUG)
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        second = await rotated(admin, hook)
        receiver.answer = lambda _: 500
        await carrier.carry(api.shop, hook)
        receiver.answer = lambda _: 204
        await admin.get_ok(hook.path)
        await admin.get_ok(f"{hook.path}/deliveries")
        with psycopg.connect(database_url) as owner:
            owner.execute("SELECT set_config('app.company_id', %s, false)", (str(api.shop.company_id),))
            tables = owner.execute(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'company_id' AND table_schema = 'public'"
            ).fetchall()
            kept = "".join(str(owner.execute(f"SELECT t::text FROM {table} t").fetchall()) for (table,) in tables)
            sealed = [row[0] for row in owner.execute("SELECT sealed FROM webhook_secret").fetchall()]
            trail = str(owner.execute("SELECT t::text FROM audit_entry t").fetchall())
        assert "webhook_secret" in trail
        assert len(sealed) == 2
        written = b"".join(log).decode() + caplog.text
        for secret in (hook.secret, second):
            for place in (kept, written):
                assert secret[6:] not in place
        for text in sealed:
            assert text not in trail
            assert text not in written

    async def test_a_secret_sealed_elsewhere_signs_nothing(
        self, api: Api, receiver: Receiver, carrier: Carrier
    ) -> None:
        """Nothing is sent unsigned, and nothing is lost. Seen to fail with one place for all secrets."""
        admin = await api.client("admin")
        hook, other = await enabled(admin, receiver), await enabled(admin, receiver)
        await carrier.carry(api.shop, hook)
        receiver.requests.clear()
        await api.shop.fetch(
            "UPDATE webhook_secret SET sealed = (SELECT sealed FROM webhook_secret WHERE webhook_id = %s) WHERE webhook_id = %s",
            UUID(other.id),
            UUID(hook.id),
        )
        [event] = await happen(api.shop, new_id())
        await carrier.carry(api.shop, hook)
        assert receiver.requests == []
        [waiting] = (await admin.get_ok(f"{hook.path}/deliveries", state="waiting"))["items"]
        assert (waiting["id"], waiting["attempts"]) == (event, 0)
        assert waiting["last_error"] == "the key that sealed its secret is missing"


class TestWho:
    async def test_administrators_alone_keep_webhooks(self, api: Api, receiver: Receiver) -> None:
        hook = await made(await api.client("admin"), receiver)
        for role in ("manager", "operator", "viewer", "auditor"):
            client = await api.client(role)
            for method, path in routes(hook):
                answer = await client.send_json(path, {"url": receiver.url}, method=method)
                assert told(answer) == (403, "missing_permission"), (role, method, path)

    async def test_a_program_keeps_none(self, api: Api, receiver: Receiver) -> None:
        admin = await api.client("admin")
        hook = await made(admin, receiver)
        refused = await admin.post("/api-keys", json={"name": "Sync", "scopes": ["webhook:write"]})
        assert faults(refused) == {("/scopes/0", "for_people_only")}
        key = (await admin.post_ok("/api-keys", {"name": "Sync", "scopes": ["webhook:read"]}))["key"]
        program = await api.sign_in(api.users["admin"])
        program.headers["Authorization"] = f"Bearer {key}"
        assert (await program.get(hook.path)).status_code == 200
        for method, path in routes(hook):
            if method != "GET":
                answer = await program.send_json(path, {"url": receiver.url}, method=method)
                assert told(answer) == (403, "missing_permission")

    async def test_what_makes_or_moves_a_secret_needs_a_recent_proof(
        self, api: Api, receiver: Receiver, clock: PutForward
    ) -> None:
        admin = await api.client("admin")
        hook = await made(admin, receiver)
        clock.seconds = 601
        for method, path in (("POST", "/webhooks"), ("PATCH", hook.path), ("POST", f"{hook.path}/rotate-secret")):
            answer = await admin.send_json(path, {"url": receiver.url}, method=method)
            assert told(answer) == (403, "reauthentication_required")

    async def test_who_does_not_see_all_of_the_company_has_nothing_of_it_sent(
        self, api: Api, receiver: Receiver
    ) -> None:
        """Nor do they say where somebody else's is sent. Seen to fail without the look at their sites."""
        hook = await enabled(await api.client("admin"), receiver)
        local = await api.client("admin", "UIO")
        for method, path in routes(hook):
            answer = await local.send_json(path, {"url": "https://evil.example/"}, method=method)
            if path.endswith("/deliveries") or method != "GET":
                assert told(answer) == (403, "beyond_own_rights"), (method, path)

    async def test_the_owner_of_the_platform_has_none_act_for_them(self, api: Api, receiver: Receiver) -> None:
        """Who is no member would be found to have lost their rights at the first event. Seen to fail without that condition."""
        hook = await made(await api.client("admin"), receiver)
        owner = await api.client("admin")
        user_id = api.users["admin"]
        await api.shop.fetch("DELETE FROM membership WHERE user_id = %s", user_id)
        await api.shop.fetch("UPDATE app_user SET is_platform_owner = true WHERE id = %s", user_id)
        token = await api.token(user_id, None)
        picked = {"X-Company": str(api.shop.company_id), "X-Reason": "help"}
        owner.headers.update({"Authorization": f"Bearer {token}", **picked})
        for path, body in (("/webhooks", {"url": receiver.url}), (f"{hook.path}/enable", None)):
            assert told(await owner.send_json(path, body)) == (403, "not_a_member")

    async def test_a_foreign_webhook_does_not_exist(self, api: Api, receiver: Receiver, database: Database) -> None:
        other = Api(api.app, await open_shop(database), api.tokens)
        theirs = await enabled(await other.client("admin"), receiver)
        [event] = await happen(other.shop, new_id())
        admin, nothing = await api.client("admin"), Hook(str(new_id()), "")
        receiver.requests.clear()
        for hook in (theirs, nothing):
            for method, path in routes(hook, event):
                if path != "/webhooks":
                    answer = await admin.send_json(path, {"url": receiver.url}, method=method)
                    assert told(answer) == (404, "webhook_not_found"), (method, path)
        assert (await admin.get_ok("/webhooks"))["items"] == []
        assert receiver.requests == []


class TestDeliveries:
    async def test_each_event_shows_its_tries(self, api: Api, receiver: Receiver, carrier: Carrier) -> None:
        admin = await api.client("admin")
        hook = await enabled(admin, receiver)
        await carrier.carry(api.shop, hook)
        receiver.answer = lambda one: {good: 204, bad: 422, slow: 500}.get(one.id, 204)
        good, bad, slow = await happen(api.shop, new_id(), new_id(), new_id())
        await carrier.carry(api.shop, hook)
        path = f"{hook.path}/deliveries"
        shown: dict[str, Any] = {one["id"]: one for one in (await admin.get_ok(path))["items"]}
        assert [shown[each]["state"] for each in (good, bad, slow)] == ["delivered", "dead", "waiting"]
        assert [shown[each]["tries"][0]["status"] for each in (good, bad, slow)] == [204, 422, 500]
        assert shown[good]["last_error"] is None
        assert shown[slow]["next_try_at"] is not None
        assert shown[bad]["type"] == "sale_recorded"
        for state, event in (("delivered", good), ("dead", bad), ("waiting", slow)):
            listed = [one["id"] for one in (await admin.get_ok(path, state=state))["items"]]
            assert event in listed
            assert not {good, bad, slow} - {event} & set(listed)
        first = await admin.get_ok(path, limit=2)
        second = await admin.get_ok(path, limit=2, cursor=first["next_cursor"])
        assert [one["id"] for one in first["items"] + second["items"]][:3] == [slow, bad, good]
        assert told(await admin.get(path, params={"cursor": "nonsense"})) == (422, "bad_cursor")

    async def test_a_webhook_that_is_enabled_by_somebody_else_acts_for_them(self, api: Api, receiver: Receiver) -> None:
        hook = await enabled(await api.client("admin"), receiver)
        first = api.users["admin"]
        other = await api.client("admin")
        shown = await other.post_ok(f"{hook.path}/enable", None)
        assert (shown["created_by"], shown["acts_for"]) == (str(first), str(api.users["admin"]))


def routes(hook: Hook, event: str | None = None) -> list[tuple[str, str]]:
    """Every operation on webhooks."""
    delivery = event or new_id()
    return [
        ("GET", "/webhooks"),
        ("POST", "/webhooks"),
        ("GET", hook.path),
        ("PATCH", hook.path),
        ("DELETE", hook.path),
        *(("POST", f"{hook.path}/{deed}") for deed in ("rotate-secret", "ping", "enable", "disable")),
        ("GET", f"{hook.path}/deliveries"),
        ("POST", f"{hook.path}/deliveries/{delivery}/redeliver"),
    ]
