"""What a company's plugin keeps is its own: secrets that open nowhere else, a drawer that nobody else looks into."""

from functools import partial
from pathlib import Path

import pytest

from adapters.postgres.engine import Database
from adapters.postgres.installations import PostgresInstallations
from adapters.postgres.plugin_store import PostgresPluginStore
from adapters.secrets.key_ring import key_ring
from core.plugin.settings import StorefrontSettings
from core.ports import plugin_store
from core.ports.clock import SystemClock
from core.ports.failures import Transient
from core.ports.plugins import NewSettings
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

TOKEN = "a-token-of-some-length"
NEW = NewSettings({"shop": "x"}, {"token": TOKEN, "other": "another-secret-here"})


@pytest.fixture
def installations(database: Database, tmp_path: Path) -> PostgresInstallations:
    return PostgresInstallations(database, key_ring(None, tmp_path))


async def sealed(shop: Shop, plugin: str, name: str) -> str:
    query = "SELECT sealed FROM plugin_secret WHERE company_id = %s AND plugin_id = %s AND field = %s"
    return str((await shop.fetch(query, shop.company_id, plugin, name))[0][0])


async def put(shop: Shop, plugin: str, name: str, text: str) -> None:
    query = "UPDATE plugin_secret SET sealed = %s WHERE company_id = %s AND plugin_id = %s AND field = %s"
    await shop.fetch(query, text, shop.company_id, plugin, name)


async def test_settings_come_back_whole_and_show_no_secret(shop: Shop, installations: PostgresInstallations) -> None:
    await installations.enable(shop.company_id, "shopping", NEW, has_hook=True)
    found = await installations.find(shop.company_id, "shopping")
    assert found
    assert found.settings == {"shop": "x", "token": TOKEN, "other": "another-secret-here"}
    assert found.hook_token
    assert TOKEN not in repr(found)
    assert found.hook_token not in repr(found)
    assert TOKEN not in repr(NEW)


@pytest.mark.parametrize("between", ["companies", "plugins", "fields"])
async def test_a_secret_in_another_place_does_not_open(
    database: Database, shop: Shop, installations: PostgresInstallations, between: str
) -> None:
    """Seen to fail when the place of a seal named no company, no plugin, and no field."""
    other = await open_shop(database)
    for company in (shop.company_id, other.company_id):
        for plugin in ("shopping", "texting"):
            await installations.enable(company, plugin, NEW)
    text = {
        "companies": await sealed(other, "shopping", "token"),
        "plugins": await sealed(shop, "texting", "token"),
        "fields": await sealed(shop, "shopping", "other"),
    }[between]
    await put(shop, "shopping", "token", text)
    with pytest.raises(Transient, match="missing"):
        await installations.find(shop.company_id, "shopping")


async def test_an_address_of_another_company_does_not_open(
    database: Database, shop: Shop, installations: PostgresInstallations
) -> None:
    other = await open_shop(database)
    for company in (shop.company_id, other.company_id):
        await installations.enable(company, "shopping", NEW, has_hook=True)
    (text,) = (
        await other.fetch("SELECT hook_sealed FROM plugin_installation WHERE company_id = %s", other.company_id)
    )[0]
    await shop.fetch("UPDATE plugin_installation SET hook_sealed = %s WHERE company_id = %s", text, shop.company_id)
    with pytest.raises(Transient):
        await installations.find(shop.company_id, "shopping")


@pytest.mark.parametrize("drop", [True, False])
async def test_what_hangs_on_a_storefront_goes_with_what_it_knows(
    database: Database, shop: Shop, installations: PostgresInstallations, drop: bool
) -> None:
    """Seen to fail with a table left out of those that are dropped."""
    wishes = StorefrontSettings(locations={"UIO": "main"})
    await installations.enable(shop.company_id, "shopping", NEW, storefront=wishes)
    await PostgresPluginStore(database, SystemClock(), shop.company_id, "shopping").put("cursor", b"1")
    feed = "INSERT INTO channel_order_feed (company_id, plugin_id) VALUES (%s, 'shopping')"
    await shop.fetch(feed, shop.company_id)
    await installations.remove(shop.company_id, "shopping", drop=drop)
    left = {
        table: await shop.fetch(f"SELECT 1 FROM {table} WHERE company_id = %s", shop.company_id) != []
        for table in ("plugin_store", "channel", "channel_location", "channel_order_feed", "plugin_secret")
    }
    assert left == {
        "plugin_store": not drop,
        "channel": not drop,
        "channel_location": not drop,
        "channel_order_feed": not drop,
        "plugin_secret": False,
    }


async def test_a_drawer_is_of_one_plugin_in_one_company(database: Database, shop: Shop) -> None:
    """Seen to fail without the plugin in the statement that looks."""
    other = await open_shop(database)
    drawer = partial(PostgresPluginStore, database, SystemClock())
    ours, theirs, anothers = (
        drawer(company, plugin)
        for company, plugin in (
            (shop.company_id, "shopping"),
            (other.company_id, "shopping"),
            (shop.company_id, "texting"),
        )
    )
    await ours.put("cursor", b"1")
    await ours.put("cursor", b"2")
    assert [await one.get("cursor") for one in (ours, theirs, anothers)] == [b"2", None, None]
    await anothers.remove("cursor")
    assert await ours.get("cursor") == b"2"
    await ours.remove("cursor")
    assert await ours.get("cursor") is None


async def test_a_drawer_has_an_end(database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen to fail without the count."""
    monkeypatch.setattr("adapters.postgres.plugin_store.MOST_ENTRIES", 2)
    drawer = PostgresPluginStore(database, SystemClock(), shop.company_id, "shopping")
    for name, value in (("", b""), ("n" * 201, b""), ("n", bytes(plugin_store.MOST_BYTES + 1))):
        with pytest.raises(ValueError, match="too long"):
            await drawer.put(name, value)
    for name in ("a", "b", "b"):
        await drawer.put(name, bytes(plugin_store.MOST_BYTES))
    with pytest.raises(ValueError, match="full"):
        await drawer.put("c", b"")
