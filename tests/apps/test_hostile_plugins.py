"""Plugins that raise, hang, block, leak, flood, lie, leave, cancel and tear up what they are given: they hurt themselves alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from litestar import Litestar

from apps.settings import Settings
from apps.worker import delivering
from tests.api import Api
from tests.apps.plugin_room import PLUGINS, PluginRoom, app_with_plugins, plugin_room
from tests.way_out import importable

pytestmark = pytest.mark.anyio

HARMFUL = ("raises", "hangs", "blocks", "leaks", "floods", "lies", "exits", "leaves", "cancels", "mutates")
SECONDS = 20.0  # until a test takes what it waits for to be lost


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with importable(tmp_path_factory.mktemp("site"), *PLUGINS):
        yield


@pytest.fixture(scope="module")
async def app(settings: Settings, installed: None) -> AsyncIterator[Litestar]:
    async with app_with_plugins(settings) as app:
        yield app


@pytest.fixture
async def room(api: Api, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PluginRoom]:
    """Nobody waits long for a reaction."""
    monkeypatch.setattr(delivering, "PLUGIN_SECONDS", 0.2)
    async with plugin_room(api, settings) as room:
        yield room


@pytest.mark.parametrize("manner", HARMFUL)
async def test_it_ends_up_resting_with_the_reason_and_nothing_is_lost(room: PluginRoom, manner: str) -> None:
    """Seen to fail when what a reaction raises beyond ordinary exceptions was let through: the worker ended."""
    await room.behave(manner)
    await room.sell(5)
    await room.deliver_all()
    shown = await room.shown()
    assert shown["state"] == "degraded", shown
    assert shown["problem"]
    assert len(shown["problem"]) <= 500
    assert shown["resting_since"] < shown["retry_at"]
    assert {one["state"] for one in await room.deliveries()} == {"waiting"}
    assert await room.api.shop.event_types("plugin_degraded", "plugin_paused") == ["plugin_degraded"]


@pytest.mark.promise("B10")
async def test_a_sale_completes_while_it_hangs(room: PluginRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin is asked, and does not answer before the sale has."""
    monkeypatch.setattr(delivering, "PLUGIN_SECONDS", 1_000)
    await room.behave("hangs")
    await room.sell()
    asked = asyncio.ensure_future(room.deliver())
    async with asyncio.timeout(SECONDS):
        while [one["attempts"] for one in await room.deliveries()] != [1]:
            pass  # until the plugin has it
        await room.api.shop.product("TEA")
        await room.api.shop.post("receipt", "TEA", 5)
        body = {"lines": [{"product": "TEA", "site": "UIO", "quantity": "1"}]}
        sold = await room.admin.send_json("/sales", body)
    assert sold.status_code == 201, sold.text
    assert not asked.done()
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)


async def test_while_it_rests_nothing_is_asked_of_it_and_a_success_ends_the_rest(room: PluginRoom) -> None:
    """One event is tried when the rest is over, and the others follow it. Seen to fail when a trial was given all of them."""
    await room.behave("raises")
    await room.sell(6)
    await room.deliver_all()
    before = [one["attempts"] for one in await room.deliveries()]
    await room.deliver_all()
    assert [one["attempts"] for one in await room.deliveries()] == before
    await room.end_rest()
    await room.deliver_all()
    tried = [one["attempts"] for one in await room.deliveries()]
    assert sum(tried) == sum(before) + 1
    assert (await room.shown())["state"] == "degraded"
    await room.api.shop.fetch('UPDATE plugin_installation SET settings = \'{"manner": "works"}\'')
    await room.end_rest()
    await room.deliver_all()
    await room.deliver_all()
    assert (await room.shown())["state"] == "enabled"
    assert {one["state"] for one in await room.deliveries()} == {"done"}
    assert await room.api.shop.event_types("plugin_degraded", "plugin_recovered") == [
        "plugin_degraded",
        "plugin_recovered",
    ]


async def test_a_rest_outlives_the_worker(room: PluginRoom, settings: Settings) -> None:
    """Seen to fail when rests were remembered by the process alone."""
    await room.behave("raises")
    await room.sell(5)
    await room.deliver_all()
    before = [one["attempts"] for one in await room.deliveries()]
    async with plugin_room(room.api, settings) as another:
        await another.deliver_all()
        assert [one["attempts"] for one in await another.deliveries()] == before
        assert (await another.shown())["state"] == "degraded"


async def test_switching_it_on_again_ends_the_rest(room: PluginRoom) -> None:
    await room.behave("raises")
    await room.sell(5)
    await room.deliver_all()
    await room.behave("works")
    assert (await room.shown())["state"] == "enabled"
    await room.deliver_all()
    assert {one["state"] for one in await room.deliveries()} == {"done"}


async def test_one_that_is_locked_out_pauses_and_tells_no_secret(room: PluginRoom) -> None:
    """Seen to fail when its words were taken as they are."""
    await room.behave("locked_out", token="a-token-that-nobody-has")
    await room.sell()
    await room.deliver_all()
    shown = await room.shown()
    assert (shown["state"], shown["problem"]) == ("paused", "AuthFailed: nobody has the token ***")


async def test_the_log_of_one_that_tells_its_secret_does_not_hold_it(room: PluginRoom) -> None:
    """Seen to fail when its words were taken as they are."""
    await room.behave("tells", token="a-token-that-nobody-has")
    await room.sell()
    await room.deliver_all()
    assert [one["last_error"] for one in await room.deliveries()] == ["RuntimeError: the token is ***"]


async def test_others_go_on(room: PluginRoom, api: Api) -> None:
    """The plugin of another company, and our own reactions, are told at the same time."""
    await room.behave("hangs")
    await room.sell(5)
    await room.deliver_all()
    told = (
        "SELECT DISTINCT subscriber FROM delivery WHERE company_id = %s AND state = 'new' AND subscriber LIKE 'core:%%'"
    )
    waiting = await room.api.shop.fetch(told, room.company)
    for (subscriber,) in waiting:
        await room.parts.deliverer.deliver(room.company, subscriber)
    assert waiting
    assert await room.api.shop.fetch(told, room.company) == []
