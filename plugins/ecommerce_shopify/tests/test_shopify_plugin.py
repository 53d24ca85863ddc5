"""The plugin keeps the rules that all plugins keep, and its receiver those of all receivers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from core.ports.incoming import IncomingWebhook, WebhookReceiver
from core.testing.contracts.plugin import PluginContract
from core.testing.contracts.webhook_receiver import Sender, WebhookReceiverContract
from ecommerce_shopify.webhooks import ShopifyWebhooks

from .connected import context_of
from .fake_shopify import FakeShopify
from .test_shopify_webhooks import webhook

PRESENT, BEFORE = "the-present-secret-of-the-app", "the-secret-before-it"


class TestPlugin(PluginContract):
    settings: ClassVar[Mapping[str, object]] = {
        "locations": {"UIO": "gid://shopify/Location/1"},
        "shop": "example.myshopify.com",
        "client_id": "the-app-of-the-shop",
        "client_secret": "shpss_0123456789abcdef",
        "access_token": "shpat_0123456789abcdef",
        "previous_client_secret": "shpss_fedcba9876543210",
    }


class Shopify:
    body = b'{"id": 820982911946154508, "note": "\\u00e9"}'
    longest_age: timedelta | None = None
    secrets: Sequence[str] = (PRESENT, BEFORE)

    def __init__(self) -> None:
        context = context_of(FakeShopify(), client_secret=PRESENT, previous_client_secret=BEFORE)
        self.receiver: WebhookReceiver = ShopifyWebhooks(context)

    def signed(self, body: bytes, at: datetime, event: str = "one") -> IncomingWebhook:
        return webhook("orders/create", body, PRESENT, x_shopify_event_id=event)

    def forged(self, body: bytes, at: datetime) -> IncomingWebhook:
        return webhook("orders/create", body, "a-guess-at-the-secret", x_shopify_event_id="one")

    def signed_before_rotation(self, body: bytes, at: datetime) -> IncomingWebhook | None:
        return webhook("orders/create", body, BEFORE, x_shopify_event_id="one")


@pytest.mark.promise("B4")
class TestReceiver(WebhookReceiverContract):
    @pytest.fixture
    def sender(self) -> Sender:
        return Shopify()
