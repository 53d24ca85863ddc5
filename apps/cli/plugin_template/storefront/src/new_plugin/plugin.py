"""What the plugin brings."""

from core.plugin.context import RegisterStorefront, RegisterWebhookReceiver
from core.plugin.hookspecs import hookimpl

from .settings import ShopSettings
from .storefront import ShopStorefront
from .webhooks import ShopWebhooks


@hookimpl
def register_storefronts(register: RegisterStorefront) -> None:
    register("shop", ShopSettings, ShopStorefront)


@hookimpl
def register_webhook_receivers(register: RegisterWebhookReceiver) -> None:
    register("webhooks", ShopSettings, ShopWebhooks)
