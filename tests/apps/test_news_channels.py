"""News leave by channels: the one that is built in, and those of plugins, registered by the same hook."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from adapters.plugin_loader.registry import load_plugins
from apps.settings import Settings
from core.ports.plugins import Plugins
from tests.api import Api
from tests.apps.newsroom import NOTIFICATIONS, Newsroom, newsroom
from tests.apps.sms import app_with
from tests.mail_server import PostOffice
from tests.plugins.chat_folder.src.chat_folder.room import Wall
from tests.way_out import importable

pytestmark = pytest.mark.anyio

CHAT = "chat_folder"
ROOM = f"{CHAT}:room"


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plugins]:
    with importable(tmp_path_factory.mktemp("site"), CHAT):
        yield load_plugins([CHAT], "0.1.0")


@pytest.fixture(scope="module")
async def chat_app(settings: Settings, plugins: Plugins) -> AsyncIterator[Litestar]:
    async with app_with(settings, plugins) as app:
        yield app


@pytest.fixture
async def news(
    chat_app: Litestar, api: Api, post: PostOffice, settings: Settings, plugins: Plugins
) -> AsyncIterator[Newsroom]:
    async with newsroom(Api(chat_app, api.shop, api.tokens), post, settings, plugins) as news:
        yield news


@pytest.fixture
async def wall(news: Newsroom, tmp_path: Path) -> Wall:
    """Where everybody reads; the plugin is switched on."""
    admin = await news.api.client("admin")
    await admin.post_ok(f"/plugins/{CHAT}/enable", {"settings": {"folder": str(tmp_path)}})
    return Wall(tmp_path)


async def fall(news: Newsroom, *skus: str) -> None:
    """Each of these runs low."""
    for sku in skus:
        await news.stocked(sku)
        await news.shop.post("sale", sku, 6)
    await news.tell()


async def carry(news: Newsroom) -> None:
    """The channel's deliveries, also those that are to be tried later."""
    await news.shop.fetch(
        "UPDATE delivery SET next_at = now() WHERE company_id = %s AND subscriber = %s AND state = 'new'",
        *(news.company, ROOM),
    )
    await news.parts.deliverer.deliver(news.company, ROOM)


async def stands(news: Newsroom) -> list[tuple[object, ...]]:
    """How the deliveries of low stock stand."""
    return await news.shop.fetch(
        "SELECT DISTINCT d.state, d.last_error FROM delivery d JOIN outbox_event e ON e.company_id = d.company_id AND e.id = d.event_id"
        " WHERE d.company_id = %s AND d.subscriber = %s AND e.type = 'low_stock' ORDER BY 1, 2",
        *(news.company, ROOM),
    )


async def test_what_is_built_in_is_a_plugin_like_any_other(news: Newsroom) -> None:
    seen = {one["id"]: one for one in (await (await news.api.client("admin")).get_ok("/plugins"))["items"]}
    assert (seen["in_app"]["kind"], seen["in_app"]["state"]) == ("notification_channel", "built_in")
    assert (seen[CHAT]["kind"], seen[CHAT]["state"]) == ("notification_channel", "installed")


async def test_a_room_hears_the_news_of_its_company_in_words_and_some_at_once(news: Newsroom, wall: Wall) -> None:
    """But nothing that is told to one person alone. Seen to fail with a call for each piece of news."""
    operator = await news.member("operator", "UIO", locale="es-EC")
    await news.lose_report(operator)
    await fall(news, "TEA", "CUP")
    await carry(news)
    lines = [line for line in wall.lines() if "mínimo" in line.text]
    assert [line.text for line in lines] == await operator.lines()
    assert len({line.call for line in lines}) == 1
    assert not any("Inventario" in line.text for line in wall.lines())


async def test_where_it_is_not_switched_on_nobody_hears_but_the_application_tells(
    news: Newsroom, tmp_path: Path
) -> None:
    operator = await news.member("operator", "UIO")
    await fall(news, "TEA")
    await carry(news)
    assert Wall(tmp_path).lines() == []
    assert len(await operator.lines()) == 1


async def test_what_was_told_and_not_answered_comes_again_and_is_told_once(news: Newsroom, wall: Wall) -> None:
    wall.get_into("lost answer")
    await fall(news, "TEA")
    await carry(news)
    assert await stands(news) == [("new", "Ambiguous: the answer was lost")]
    wall.get_into("")
    await carry(news)
    assert await stands(news) == [("done", None)]
    assert sum("TEA" in line.text and "mínimo" in line.text for line in wall.lines()) == 1


async def test_one_that_the_room_never_takes_holds_up_no_other(news: Newsroom, wall: Wall) -> None:
    """Seen to fail when what had failed together was tried together again."""
    wall.never_take("TEA")
    await fall(news, "CUP", "TEA", "BAG")
    await carry(news)
    assert [state for state, _ in await stands(news)] == ["new"]
    await carry(news)
    assert [state for state, _ in await stands(news)] == ["dead", "done"]
    assert {sku for sku in ("CUP", "TEA", "BAG") for line in wall.lines() if sku in line.text} == {"CUP", "BAG"}


async def test_a_room_that_knows_us_no_more_stops_itself_and_the_application_says_so(
    news: Newsroom, wall: Wall
) -> None:
    admin = await news.member("admin")
    wall.get_into("access")
    await fall(news, "TEA")
    await carry(news)
    await news.tell()
    assert (await admin.client.get_ok(f"/plugins/{CHAT}"))["state"] == "paused"
    assert any("the room does not know us" in line for line in await admin.lines())
    assert [state for state, _ in await stands(news)] == ["new"]


async def test_each_subscriber_has_its_own_deliveries(news: Newsroom, wall: Wall) -> None:
    await fall(news, "TEA")
    rows = await news.shop.fetch(
        "SELECT DISTINCT subscriber FROM delivery d JOIN outbox_event e ON e.company_id = d.company_id AND e.id = d.event_id"
        " WHERE d.company_id = %s AND e.type = 'low_stock'",
        news.company,
    )
    assert {subscriber for (subscriber,) in rows} >= {ROOM, NOTIFICATIONS}
