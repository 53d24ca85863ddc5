"""The switches of plugins: settings, secrets, what requires what, addresses, what became of events, taking one away."""

from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from typing import Any

import pytest
from litestar import Litestar

from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import Api, Client
from tests.apps.plugin_room import (
    ADDRESS,
    HOOKED,
    HOSTILE,
    PLUGINS,
    RIGHT,
    PluginRoom,
    app_with_plugins,
    plugin_room,
)
from tests.way_out import importable

pytestmark = pytest.mark.anyio

SETTINGS = {"sender": "TechCorp", "token": RIGHT}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with importable(tmp_path_factory.mktemp("site"), *PLUGINS):
        yield


@pytest.fixture(scope="module")
async def app(settings: Settings, installed: None) -> AsyncIterator[Litestar]:
    async with app_with_plugins(settings) as app:
        yield app


@pytest.fixture
async def room(api: Api, settings: Settings) -> AsyncIterator[PluginRoom]:
    async with plugin_room(api, settings) as room:
        yield room


@pytest.fixture
async def hooked(room: PluginRoom) -> PluginRoom:
    """The carrier with secrets is switched on."""
    await room.enable(HOOKED, SETTINGS, with_required=True)
    return room


async def refused(client: Client, path: str, body: object, method: str = "POST") -> tuple[int, Any]:
    response = await client.send_json(path, body, method=method)
    return response.status_code, response.json()


class TestLife:
    async def test_from_installed_to_removed(self, room: PluginRoom) -> None:
        assert (await room.shown())["state"] == "installed"
        await room.behave("works")
        assert (await room.shown())["state"] == "enabled"
        await room.admin.post(f"/plugins/{HOSTILE}/disable")
        assert (await room.shown())["state"] == "disabled"
        response = await room.admin.delete(f"/plugins/{HOSTILE}")
        assert (response.status_code, response.json()) == (200, None)
        assert (await room.shown())["state"] == "removed"
        await room.behave("works")
        assert (await room.shown())["state"] == "enabled"

    async def test_what_is_built_in_is_always_at_work_and_has_no_switch(self, room: PluginRoom) -> None:
        listed = {one["id"]: one["state"] for one in (await room.admin.get_ok("/plugins"))["items"]}
        assert listed["http"] == "built_in"
        for path in ("enable", "check"):
            assert (await refused(room.admin, f"/plugins/http/{path}", {}))[1]["code"] == "plugin_built_in"
        assert (await room.admin.delete("/plugins/http")).json()["code"] == "plugin_built_in"

    async def test_a_check_changes_nothing(self, room: PluginRoom) -> None:
        """Seen to fail when the check stored what it was given."""
        await room.behave("works")
        good = await room.admin.post_ok(f"/plugins/{HOOKED}/check", {"settings": SETTINGS})
        bad = await room.admin.post_ok(f"/plugins/{HOOKED}/check", {"settings": {**SETTINGS, "token": "wrong"}})
        assert (good["works"], bad["works"], bad["failure"]) == (True, False, "AuthFailed")
        assert (await room.shown(HOOKED))["state"] == "installed"
        assert (await room.admin.get_ok(f"/plugins/{HOOKED}/settings"))["values"] == {}

    async def test_the_last_check_of_what_is_kept_is_remembered(self, hooked: PluginRoom) -> None:
        await hooked.admin.post_ok(f"/plugins/{HOOKED}/check", {})
        view = await hooked.shown(HOOKED)
        assert view["checked_at"] is not None
        assert view["check_problem"] is None

    async def test_what_does_not_work_is_not_switched_on(self, room: PluginRoom) -> None:
        await room.behave("works")
        path = f"/plugins/{HOOKED}/enable"
        status, answer = await refused(room.admin, path, {"settings": {"sender": 7, "colour": "red"}})
        assert status == 422
        assert {fault["pointer"] for fault in answer["errors"]} == {
            "/settings/sender",
            "/settings/colour",
            "/settings/token",
        }
        status, answer = await refused(room.admin, path, {"settings": {**SETTINGS, "token": "wrong-but-long"}})
        assert (status, answer["code"], answer["failure"]) == (409, "plugin_check_failed", "AuthFailed")
        assert (await room.shown(HOOKED))["state"] == "installed"


class TestSettings:
    async def test_the_form_says_what_can_be_told_and_keeps_secrets_back(self, hooked: PluginRoom) -> None:
        """Seen to fail when secrets were stored with the other settings."""
        shown = await hooked.admin.get_ok(f"/plugins/{HOOKED}/settings")
        assert shown["schema"]["properties"]["token"]["writeOnly"] is True
        assert shown["schema"]["properties"]["sender"]["title"] == "Sender"
        assert shown["values"] == {"sender": "TechCorp"}
        assert shown["secrets"]["token"]["hint"] == "9876"
        assert shown["secrets"]["old_token"] is None

    async def test_no_secret_stands_anywhere_in_the_open(self, hooked: PluginRoom) -> None:
        """Seen to fail when secrets were stored with the other settings."""
        for path in (
            "/plugins",
            f"/plugins/{HOOKED}",
            f"/plugins/{HOOKED}/settings",
            f"/plugins/{HOOKED}/data",
            "/audit",
            "/events",
        ):
            response = await hooked.admin.get(path)
            assert response.is_success, response.text
            assert RIGHT not in response.text
        shop = hooked.api.shop
        for table in ("plugin_installation", "plugin_secret", "outbox_event", "audit_entry"):
            rows = await shop.fetch(f"SELECT to_jsonb(t)::text FROM {table} t WHERE company_id = %s", shop.company_id)
            assert not any(RIGHT in text for (text,) in rows)

    async def test_a_short_secret_gives_no_hint(self, room: PluginRoom) -> None:
        """Eleven characters. Seen to fail with hints of all secrets."""
        await room.behave("works", token="a-short-one")
        shown = await room.admin.get_ok(f"/plugins/{HOSTILE}/settings")
        assert shown["secrets"]["token"]["hint"] is None
        assert shown["secrets"]["token"]["set_at"]

    async def test_a_secret_that_is_not_named_stays_and_null_takes_it_away(self, hooked: PluginRoom) -> None:
        """Seen to fail when a change threw away the secrets that it did not name: the check found no token."""
        path = f"/plugins/{HOOKED}/settings"
        response = await hooked.admin.send_json(
            path, {"settings": {"sender": "Andes", "old_token": "x"}}, method="PATCH"
        )
        assert response.status_code == 200, response.text
        assert response.json()["values"] == {"sender": "Andes"}
        assert response.json()["secrets"]["old_token"] is not None
        await hooked.enable(HOOKED, {"sender": "Again"})
        gone = await hooked.admin.send_json(path, {"settings": {"old_token": None}}, method="PATCH")
        assert (gone.json()["values"], gone.json()["secrets"]["old_token"]) == ({"sender": "Again"}, None)

    async def test_nobody_overwrites_what_they_have_not_seen(self, hooked: PluginRoom) -> None:
        path = f"/plugins/{HOOKED}/settings"
        seen = (await hooked.admin.get(path)).headers["etag"]
        changes = [{"settings": {"sender": name}} for name in ("One", "Two")]
        answers = [await hooked.admin.patch(path, json=change, headers={"If-Match": seen}) for change in changes]
        assert [answer.status_code for answer in answers] == [200, 412]

    async def test_settings_of_a_plugin_at_work_are_tried_before_they_count(self, hooked: PluginRoom) -> None:
        status, answer = await refused(
            hooked.admin, f"/plugins/{HOOKED}/settings", {"settings": {"token": "nobody's token"}}, "PATCH"
        )
        assert (status, answer["code"]) == (409, "plugin_check_failed")
        assert (await hooked.admin.post_ok(f"/plugins/{HOOKED}/check", {}))["works"]

    async def test_with_the_key_gone_a_secret_can_be_given_anew(self, hooked: PluginRoom) -> None:
        """Seen to fail when the old secrets had to be opened first."""
        await hooked.api.shop.fetch("UPDATE plugin_secret SET sealed = 'v1.gone.AAAA'")
        await hooked.enable(HOOKED, SETTINGS)
        assert (await hooked.admin.post_ok(f"/plugins/{HOOKED}/check", {}))["works"]

    async def test_whoever_may_not_write_sees_no_address(self, hooked: PluginRoom) -> None:
        auditor = await hooked.api.client("auditor")
        response = await auditor.get(f"/plugins/{HOOKED}/settings")
        assert response.status_code == 403 or response.json()["hook_url"] is None


class TestRequirements:
    async def test_every_missing_one_is_named(self, room: PluginRoom) -> None:
        status, answer = await refused(room.admin, f"/plugins/{HOOKED}/enable", {"settings": SETTINGS})
        assert (status, answer["code"], answer["missing"]) == (409, "plugin_requires", [HOSTILE])

    async def test_those_that_need_no_settings_are_switched_on_with_it(self, room: PluginRoom) -> None:
        made = await room.enable(HOOKED, SETTINGS, with_required=True)
        assert made["required"] == [HOSTILE]
        assert [(await room.shown(name))["state"] for name in PLUGINS] == ["enabled", "enabled"]

    async def test_what_others_require_stays_on(self, hooked: PluginRoom) -> None:
        """Seen to fail without the look at who requires it."""
        response = await hooked.admin.post(f"/plugins/{HOSTILE}/disable")
        assert (response.status_code, response.json()["code"], response.json()["by"]) == (
            409,
            "plugin_required",
            [HOOKED],
        )
        assert (await hooked.admin.delete(f"/plugins/{HOSTILE}")).status_code == 409
        assert (await hooked.admin.post(f"/plugins/{HOOKED}/disable")).status_code == 204
        assert (await hooked.admin.post(f"/plugins/{HOSTILE}/disable")).status_code == 204


class TestAddress:
    async def test_a_plugin_that_reads_webhooks_has_an_address_that_only_its_digest_leads_to(
        self, hooked: PluginRoom
    ) -> None:
        url = (await hooked.admin.get_ok(f"/plugins/{HOOKED}/settings"))["hook_url"]
        start, token = url.rsplit("/", 1)
        assert start == f"{ADDRESS}/api/v1/hooks/{HOOKED}"
        assert len(token) == 43
        rows = await hooked.api.shop.fetch("SELECT hook_hash FROM plugin_hook")
        assert [bytes(row[0]) for row in rows if bytes(row[0]) == sha256(token.encode()).digest()]
        assert (await hooked.admin.get_ok(f"/plugins/{HOSTILE}/settings"))["hook_url"] is None

    async def test_switching_on_again_keeps_it_and_rotating_does_not(self, hooked: PluginRoom) -> None:
        async def address() -> str:
            return str((await hooked.admin.get_ok(f"/plugins/{HOOKED}/settings"))["hook_url"])

        first = await address()
        await hooked.enable(HOOKED, SETTINGS)
        assert await address() == first
        rotated = await hooked.admin.post_ok(f"/plugins/{HOOKED}/hook/rotate", {})
        assert rotated["hook_url"] == await address() != first
        digest = sha256(first.rsplit("/", 1)[1].encode()).digest()
        assert await hooked.api.shop.fetch("SELECT 1 FROM plugin_hook WHERE hook_hash = %s", digest) == []


class TestDeliveries:
    async def test_what_became_of_events_is_listed_and_can_be_told_again(self, room: PluginRoom) -> None:
        await room.behave("floods")
        await room.sell(2)
        await room.deliver()
        (second, first) = await room.deliveries()
        assert (first["state"], first["attempts"], first["type"]) == ("waiting", 1, "sale_recorded")
        assert first["last_error"].startswith("RuntimeError: no no")
        assert len(first["last_error"]) == 500
        await room.api.shop.fetch("UPDATE delivery SET state = 'dead' WHERE subscriber = 'hostile:misbehave'")
        await room.behave("works")
        assert [one["state"] for one in await room.deliveries(state="dead")] == ["dead", "dead"]
        path = f"/plugins/{HOSTILE}/deliveries/{second['id']}/redeliver"
        assert (await room.admin.send_json(path, {})).json() == {"reactions": 1}
        await room.deliver()
        assert [one["id"] for one in await room.deliveries(state="done")] == [second["id"]]

    async def test_the_list_goes_page_by_page(self, room: PluginRoom) -> None:
        await room.behave("works")
        await room.sell(3)
        seen, cursor = [], None
        while True:
            query = {"limit": "1", **({"cursor": cursor} if cursor else {})}
            page = await room.admin.get_ok(f"/plugins/{HOSTILE}/deliveries", **query)
            seen += [one["id"] for one in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert len(seen) == len(set(seen)) == 3

    async def test_an_event_that_it_was_never_told_of_is_not_found(self, room: PluginRoom) -> None:
        await room.behave("works")
        path = f"/plugins/{HOSTILE}/deliveries/{new_id()}/redeliver"
        assert (await refused(room.admin, path, {}))[0] == 404


class TestRemoval:
    async def test_what_it_knows_stays_is_exported_or_is_dropped(self, hooked: PluginRoom) -> None:
        """Secrets and the address always go. Seen to fail when they stayed."""

        async def known() -> tuple[int, int, int]:
            counts = [
                len(await hooked.api.shop.fetch(f"SELECT 1 FROM {table} WHERE company_id = %s", hooked.company))
                for table in ("plugin_store", "plugin_secret", "plugin_hook")
            ]
            return counts[0], counts[1], counts[2]

        assert await known() == (1, 1, 1)
        await hooked.admin.delete(f"/plugins/{HOOKED}", params={"data": "keep"})
        assert await known() == (1, 0, 0)
        assert (await hooked.admin.get_ok(f"/plugins/{HOOKED}/settings"))["values"] == {}
        await hooked.enable(HOOKED, SETTINGS)
        offered = await hooked.admin.get_ok(f"/plugins/{HOOKED}/data")
        response = await hooked.admin.delete(f"/plugins/{HOOKED}", params={"data": "export"})
        exported = response.json()
        assert "attachment" in response.headers["content-disposition"]
        assert (exported["settings"], exported["secrets"]) == ({"sender": "TechCorp"}, ["token"])
        assert exported["tables"] == offered["tables"]
        assert exported["tables"]["plugin_store"][0]["name"] == "checked"
        assert await known() == (0, 0, 0)

    async def test_what_was_never_switched_on_cannot_be_removed(self, room: PluginRoom) -> None:
        assert (await room.admin.delete(f"/plugins/{HOOKED}")).status_code == 404
