"""The shop tells this server what it should, once, and nobody else's subscriptions are touched."""

import pytest

from core.ports.failures import Misconfigured
from ecommerce_shopify.storefront import ShopifyStorefront
from ecommerce_shopify.subscriptions import OF_ORDERS, OF_STOCK

from .connected import context_of, storefront_of
from .fake_shopify import FakeShopify
from .fake_shopify.records import Subscription

pytestmark = pytest.mark.anyio

OURS = "https://stock.example.org/api/v1/hooks/ecommerce_shopify/"
OTHERS = "https://elsewhere.example.org/hooks"


def told(shop: FakeShopify) -> set[tuple[str, str]]:
    there = [(one.topic, one.uri) for one in shop.shop.subscriptions.values()]
    assert len(set(there)) == len(there)
    return set(there)


def subscribe(shop: FakeShopify, topic: str, uri: str) -> None:
    number = shop.shop.next_number()
    shop.shop.subscriptions[number] = Subscription(number, topic, uri)


async def test_what_is_missing_is_made_and_what_is_stale_is_deleted() -> None:
    """Stale are those of an older token, and of topics that nobody reads. Seen to fail when whatever was there was left."""
    shop = FakeShopify()
    subscribe(shop, "ORDERS_CREATE", OURS + "old-token")
    subscribe(shop, "ORDERS_CREATE", OURS + "token")
    subscribe(shop, "THEMES_PUBLISH", OURS + "token")
    subscribe(shop, "ORDERS_CREATE", OTHERS)
    await storefront_of(shop).listen(OURS + "token")
    assert told(shop) == {(topic, OURS + "token") for topic in OF_STOCK + OF_ORDERS} | {("ORDERS_CREATE", OTHERS)}
    assert shop.requests.count("Subscribe") == len(OF_STOCK + OF_ORDERS) - 1


async def test_whoever_takes_no_orders_is_told_of_none() -> None:
    shop = FakeShopify()
    await storefront_of(shop).listen(OURS + "token")
    await storefront_of(shop, take_orders=False).listen(OURS + "token")
    assert {topic for topic, _ in told(shop)} == set(OF_STOCK)


async def test_more_subscriptions_than_a_page_holds_are_all_looked_at() -> None:
    shop = FakeShopify()
    for number in range(150):
        subscribe(shop, "ORDERS_CREATE", f"{OURS}token-{number}")
    await storefront_of(shop).listen(OURS + "token")
    assert {uri for _, uri in told(shop)} == {OURS + "token"}


async def test_an_address_that_shopify_will_not_call_is_named_as_the_settings_fault() -> None:
    with pytest.raises(Misconfigured, match="Address protocol http:// is not supported"):
        await storefront_of(FakeShopify()).listen("http://stock.example.org/hooks/token")


async def test_in_the_end_nothing_of_ours_is_left() -> None:
    shop = FakeShopify()
    context = context_of(shop)
    assert context.hook_url
    subscribe(shop, "ORDERS_CREATE", OTHERS)
    storefront = ShopifyStorefront(context)
    await storefront.listen(context.hook_url)
    await storefront.stop_listening()
    assert told(shop) == {("ORDERS_CREATE", OTHERS)}
