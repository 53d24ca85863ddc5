"""What the plugin brings."""

from core.plugin.context import RegisterStorefront, RegisterWebhookReceiver
from core.plugin.hookspecs import hookimpl

from .settings import ShopifySettings
from .storefront import ShopifyStorefront
from .webhooks import ShopifyWebhooks


@hookimpl
def register_storefronts(register: RegisterStorefront) -> None:
    register("shopify", ShopifySettings, ShopifyStorefront)


@hookimpl
def register_webhook_receivers(register: RegisterWebhookReceiver) -> None:
    register("shopify", ShopifySettings, ShopifyWebhooks)
