"""What only a real Vendure can show: how its orders look in our words, what it tells, and how its stock behaves."""

from collections.abc import Iterable
from decimal import Decimal

import pytest

from core.domain.remote_order import RemoteOrder
from core.plugin.context import PluginContext
from core.ports.clock import SystemClock
from core.ports.failures import AuthFailed, Misconfigured
from core.ports.incoming import Fact, ItemsChanged, LevelChanged, OrderChanged
from core.ports.storefront import Item, Level
from core.testing.plugin_context import plugin_context
from ecommerce_vendure.settings import VendureSettings
from ecommerce_vendure.storefront import VendureStorefront
from ecommerce_vendure.webhooks import VendureWebhooks

from .conftest import HOOK_SECRET
from .connected import WayToVendure, settings, storefront_of
from .ear import Ear
from .server import VendureServer
from .shop import LOCATION, RealShop

pytestmark = pytest.mark.anyio

Units = tuple[int, int, int]


@pytest.fixture
def storefront(real_shop: RealShop, vendure: VendureServer) -> VendureStorefront:
    return storefront_of(real_shop, WayToVendure(vendure.url))


@pytest.fixture
async def gadget(real_shop: RealShop) -> str:
    """The only thing that the shop sells; it has nine of them."""
    variant = real_shop.sell(["G-1"])["G-1"]
    await real_shop.edit(variant, 9)
    return variant


async def picture(storefront: VendureStorefront, order: str) -> RemoteOrder:
    found = await storefront.order(order)
    assert found is not None
    return found


def units(picture: RemoteOrder) -> Units:
    """Of its only line: ordered, sent, and come back."""
    (line,) = picture.lines
    sent = sum(part.quantity for one in picture.fulfilments for part in one.lines)
    back = sum(part.quantity for one in picture.returns for part in one.lines)
    return int(line.quantity), int(sent), int(back)


async def available(storefront: VendureStorefront, variant: str) -> int:
    (shown,) = await storefront.levels([variant])
    assert shown.quantity is not None
    return int(shown.quantity)


# ---- orders


async def test_an_order_is_placed_sent_in_two_parts_and_partly_given_back(
    real_shop: RealShop, storefront: VendureStorefront, gadget: str
) -> None:
    order = await real_shop.place(gadget, 5)
    seen = await picture(storefront, order)
    (line,) = seen.lines
    assert (line.item, line.sku, line.unit_price, seen.currency) == (gadget, "G-1", Decimal("19.50"), "USD")
    assert (units(seen), seen.buyer, seen.cancelled_at) == ((5, 0, 0), "Ana Mora", None)
    assert seen.placed_at <= seen.updated_at
    assert await available(storefront, gadget) == 4

    first = await real_shop.fulfil(order, 3)
    assert units(await picture(storefront, order)) == (5, 3, 0)
    await real_shop.send(first)
    second = await real_shop.fulfil(order, 2)
    await real_shop.send(second)
    assert units(await picture(storefront, order)) == (5, 5, 0)
    assert await available(storefront, gadget) == 4

    await real_shop.cancel(order, 2)
    given_back = await picture(storefront, order)
    assert units(given_back) == (5, 5, 2)
    await real_shop.refund(order, 100)
    refunded = await picture(storefront, order)
    assert (units(refunded), refunded.returns) == ((5, 5, 2), given_back.returns)
    assert refunded.updated_at >= given_back.updated_at
    assert await available(storefront, gadget) == 6
    assert (await storefront.orders()).orders == []  # whoever begins now begins with the stock that is left of it


async def test_an_order_that_is_cancelled_frees_what_it_held(
    real_shop: RealShop, storefront: VendureStorefront, gadget: str
) -> None:
    order = await real_shop.place(gadget, 4)
    await real_shop.cancel(order, 1)
    seen = await picture(storefront, order)
    assert (units(seen), seen.cancelled_at) == ((3, 0, 0), None)
    await real_shop.cancel(order)
    seen = await picture(storefront, order)
    assert units(seen) == (0, 0, 0)
    assert seen.cancelled_at is not None
    assert await available(storefront, gadget) == 9


async def test_a_fulfilment_is_recalled_and_made_anew(
    real_shop: RealShop, storefront: VendureStorefront, gadget: str
) -> None:
    order = await real_shop.place(gadget, 2)
    recalled = await real_shop.fulfil(order)
    await real_shop.send(recalled, "Cancelled")
    seen = await picture(storefront, order)
    assert (units(seen), [one.id for one in seen.returns]) == ((4, 2, 2), [f"fulfilment-{recalled}"])
    await real_shop.send(await real_shop.fulfil(order))
    assert units(await picture(storefront, order)) == (4, 4, 2)
    assert await available(storefront, gadget) == 7


async def test_a_cart_is_no_order_until_it_is_paid_however_much_later(
    real_shop: RealShop, storefront: VendureStorefront, gadget: str
) -> None:
    """Vendure does not touch `updatedAt` then, nor when the order is sent: whoever asks by that time alone misses both."""
    customer = await real_shop.cart(gadget, 1)
    cursor = await read_all(storefront, None)
    later = await real_shop.place(gadget, 1)
    page = await storefront.orders(cursor)
    assert [order.id for order in page.orders] == [later]
    order = await real_shop.pay(customer)
    page = await storefront.orders(page.cursor)
    assert [order.id for order in page.orders] == [order]
    fulfilment = await real_shop.fulfil(order)
    page = await storefront.orders(page.cursor)
    assert [(one.id, units(one)) for one in page.orders] == [(order, (1, 1, 0))]
    await real_shop.send(fulfilment, "Delivered")
    page = await storefront.orders(page.cursor)
    assert [one.id for one in page.orders] == [order]
    assert (await storefront.orders(page.cursor)).orders == []


async def read_all(storefront: VendureStorefront, cursor: str | None) -> str:
    page = await storefront.orders(cursor)
    while page.more:
        page = await storefront.orders(page.cursor)
    return page.cursor


# ---- items, settings


async def test_an_item_has_what_people_and_products_know_it_by(
    real_shop: RealShop, vendure: VendureServer, gadget: str
) -> None:
    await real_shop.label(gadget, "00614141123452")
    storefront = storefront_of(real_shop, WayToVendure(vendure.url), barcode_field="gtin")
    (item,) = (await storefront.items()).items
    assert item == Item(gadget, "G-1", "00614141123452", item.title, item.price, counted=True)
    assert item.title.startswith("Gadget")
    assert item.price is not None


async def test_a_check_finds_what_does_not_fit(real_shop: RealShop, vendure: VendureServer) -> None:
    way = WayToVendure(vendure.url)
    account = await storefront_of(real_shop, way).check()
    assert (account.name, account.currency) == ("shop.example.org", "USD")
    with pytest.raises(Misconfigured, match="no stock location 77"):
        await storefront_of(real_shop, way, locations={"UIO": "77"}).check()
    with pytest.raises(Misconfigured, match="EUR"):
        await storefront_of(real_shop, way, currency="EUR").check()
    with pytest.raises(Misconfigured, match="does not understand"):
        await storefront_of(real_shop, way, barcode_field="ean").check()
    with pytest.raises(AuthFailed):
        await storefront_of(real_shop, way, api_key="0123456789abcdef:another").check()


async def test_whoever_may_only_read_is_found_by_the_check(real_shop: RealShop, vendure: VendureServer) -> None:
    role = await real_shop.owner(
        "mutation ($input: CreateRoleInput!) { createRole(input: $input) { id } }",
        input={
            "code": "reader",
            "description": "Reads",
            "permissions": ["ReadCatalog", "ReadOrder", "ReadStockLocation"],
        },
    )
    key = await real_shop.owner(
        "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey } }",
        input={
            "roleIds": [role["createRole"]["id"]],
            "translations": [{"languageCode": "en", "name": "reader"}],
        },
    )
    reader = storefront_of(real_shop, WayToVendure(vendure.url), api_key=key["createApiKey"]["apiKey"])
    with pytest.raises(AuthFailed):
        await reader.check()


# ---- levels


async def test_what_customers_hold_stays_beside_what_is_pushed(
    real_shop: RealShop, storefront: VendureStorefront, gadget: str
) -> None:
    await real_shop.place(gadget, 2)
    assert not await storefront.push_levels([Level(gadget, LOCATION, Decimal(20), last_seen=Decimal(7))])
    level = (await real_shop.levels(gadget))[LOCATION]
    assert (level["stockOnHand"], level["stockAllocated"]) == (22, 2)


# ---- what it tells


async def test_what_happens_is_told_signed_and_after_it_has_happened(
    real_shop: RealShop, vendure: VendureServer, gadget: str, ear: Ear
) -> None:
    """The plugin for Vendure that comes with ours. While we do not answer, it tries again."""
    order = await real_shop.place(gadget, 2)
    await until(ear, real_shop, OrderChanged(order))
    ear.deaf = 2
    fulfilment = await real_shop.fulfil(order)
    await until(ear, real_shop, OrderChanged(order))
    seen = await picture(storefront_of(real_shop, WayToVendure(vendure.url)), order)
    assert [one.id for one in seen.fulfilments] == [fulfilment]
    await real_shop.edit(gadget, 3)
    told = await until(ear, real_shop, LevelChanged(gadget, LOCATION), ItemsChanged())
    assert OrderChanged(order) not in told or told.index(OrderChanged(order)) < told.index(ItemsChanged())


async def test_a_cart_is_not_told(real_shop: RealShop, gadget: str, ear: Ear) -> None:
    customer = await real_shop.cart(gadget, 1)
    await real_shop.edit(gadget, 3)
    told = await until(ear, real_shop, ItemsChanged())
    order = await real_shop.pay(customer)
    assert OrderChanged(order) not in told


async def until(ear: Ear, shop: RealShop, *wanted: Fact) -> list[Fact]:
    """All that is told until all that is wanted was told."""
    context: PluginContext[VendureSettings] = plugin_context(settings(shop, webhook_secret=HOOK_SECRET))
    receiver = VendureWebhooks(context)
    told: list[Fact] = []
    while not contains(told, wanted):
        webhook = ear.next()
        assert receiver.verify(webhook, SystemClock().now()).startswith("msg_")
        told += receiver.read(webhook)
    return told


def contains(told: Iterable[Fact], wanted: Iterable[Fact]) -> bool:
    return set(wanted) <= set(told)
