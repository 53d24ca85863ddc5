"""What the plugin brings."""

from core.plugin.context import RegisterStorefront, RegisterWebhookReceiver
from core.plugin.hookspecs import hookimpl

from .settings import VendureSettings
from .storefront import VendureStorefront
from .webhooks import VendureWebhooks


@hookimpl
def register_storefronts(register: RegisterStorefront) -> None:
    register("vendure", VendureSettings, VendureStorefront)


@hookimpl
def register_webhook_receivers(register: RegisterWebhookReceiver) -> None:
    register("vendure", VendureSettings, VendureWebhooks)
