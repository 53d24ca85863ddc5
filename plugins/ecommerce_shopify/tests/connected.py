"""The plugin at work on the shop of the tests."""

from typing import Any

from core.plugin.context import PluginContext
from core.ports.clock import Clock
from core.testing.plugin_context import plugin_context
from ecommerce_shopify.settings import ShopifySettings
from ecommerce_shopify.storefront import ShopifyStorefront

from .fake_shopify import FakeShopify
from .fake_shopify.records import gid
from .fake_shopify.server import CLIENT_ID, CLIENT_SECRET, DOMAIN


def settings_of(shop: FakeShopify, **others: Any) -> ShopifySettings:
    given: dict[str, Any] = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "shop": DOMAIN}
    return ShopifySettings(**{**given, "locations": {"UIO": gid("Location", shop.location)}, **others})


def context_of(shop: FakeShopify, clock: Clock | None = None, **others: Any) -> PluginContext[ShopifySettings]:
    return plugin_context(settings_of(shop, **others), http=shop, clock=clock)


def storefront_of(shop: FakeShopify, clock: Clock | None = None, **others: Any) -> ShopifyStorefront:
    return ShopifyStorefront(context_of(shop, clock, **others))
