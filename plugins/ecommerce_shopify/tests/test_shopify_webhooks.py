"""What Shopify tells us is believed if it is signed, and says which order, level or list to look at."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from core.ports.failures import PermanentlyRejected
from core.ports.incoming import (
    AccessEnded,
    Fact,
    IncomingWebhook,
    ItemsChanged,
    LevelChanged,
    NotAuthentic,
    OrderChanged,
)
from ecommerce_shopify.webhooks import ShopifyWebhooks

from .connected import context_of
from .fake_shopify import FakeShopify
from .fake_shopify.schema import DATA
from .fake_shopify.server import CLIENT_SECRET, DOMAIN

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SAMPLES = {path.stem: json.loads(path.read_text("utf-8"))["response"] for path in sorted((DATA / "webhooks").iterdir())}

ORDER = OrderChanged("gid://shopify/Order/820982911946154508")
ORDER_BY_NUMBER = OrderChanged("gid://shopify/Order/820982911946154500")  # the number in the sample is rounded
LEVEL = LevelChanged("gid://shopify/InventoryItem/271878346596884015", "gid://shopify/Location/24826418")
SAID: Mapping[str, list[Fact]] = {
    "app.uninstalled": [AccessEnded("the app was removed from the shop")],
    "bulk_operations.finish": [],
    "customers.data_request": [],
    "customers.redact": [],
    "shop.redact": [],
    "fulfillments.create": [ORDER_BY_NUMBER],
    "inventory_items.create": [ItemsChanged()],
    "inventory_items.delete": [ItemsChanged()],
    "inventory_items.update": [ItemsChanged()],
    "inventory_levels.connect": [LEVEL],
    "inventory_levels.disconnect": [LevelChanged("gid://shopify/InventoryItem/271878346596884000", LEVEL.location)],
    "inventory_levels.update": [LEVEL],
    "locations.create": [],
    "locations.deactivate": [],
    "locations.update": [],
    "orders.cancelled": [ORDER],
    "orders.create": [ORDER],
    "orders.delete": [ORDER_BY_NUMBER],
    "orders.edited": [ORDER_BY_NUMBER],
    "orders.fulfilled": [ORDER],
    "orders.paid": [ORDER],
    "orders.partially_fulfilled": [ORDER],
    "orders.updated": [ORDER],
    "products.create": [ItemsChanged()],
    "products.delete": [ItemsChanged()],
    "products.update": [ItemsChanged()],
    "refunds.create": [ORDER_BY_NUMBER],
    "returns.request": [],
    "shop.update": [],
    "variants.in_stock": [],
    "variants.out_of_stock": [],
}


def webhook(topic: str, body: bytes, secret: str = CLIENT_SECRET, **headers: str) -> IncomingWebhook:
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    sent = {
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": signature,
        "x-shopify-shop-domain": DOMAIN,
        "x-shopify-event-id": "event-1",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return IncomingWebhook(uuid4(), NOW, "https://stock.example.org/api/v1/hooks/ecommerce_shopify/token", sent, body)


def receiver(**settings: Any) -> ShopifyWebhooks:
    return ShopifyWebhooks(context_of(FakeShopify(), **settings))


def test_every_sample_has_an_expectation() -> None:
    assert SAID.keys() == SAMPLES.keys()


@pytest.mark.parametrize("sample", SAMPLES)
def test_each_of_shopifys_samples_is_believed_and_read(sample: str) -> None:
    """Seen to fail when ids were read from numbers although the text was there."""
    topic, body = sample.replace(".", "/"), json.dumps(SAMPLES[sample]).encode()
    sent = webhook(topic, body)
    assert receiver().verify(sent, NOW) == f"{topic}:event-1"
    assert list(receiver().read(sent)) == SAID[sample]


def test_a_repetition_has_the_same_name_and_another_topic_of_the_event_has_not() -> None:
    once = receiver().verify(webhook("orders/create", b"{}", x_shopify_webhook_id="1"), NOW)
    again = receiver().verify(webhook("orders/create", b"{}", x_shopify_webhook_id="2"), NOW)
    other = receiver().verify(webhook("orders/updated", b"{}"), NOW)
    assert once == again != other


def test_without_an_event_the_webhook_has_no_name() -> None:
    assert receiver().verify(webhook("orders/create", b"{}", x_shopify_event_id=""), NOW) == ""


@pytest.mark.parametrize(
    "forged",
    [
        webhook("orders/create", b"{}", secret="another"),
        webhook("orders/create", b"{}", x_shopify_hmac_sha256=""),
        webhook("orders/create", b"{}", x_shopify_hmac_sha256="é" * 44),
        webhook("customers/redact", b"{}", secret="another"),
    ],
)
def test_what_is_not_signed_by_shopify_is_not_believed(forged: IncomingWebhook) -> None:
    with pytest.raises(NotAuthentic):
        receiver().verify(forged, NOW)


@pytest.mark.parametrize("change", [0, 5, -1])
def test_one_changed_byte_breaks_the_signature(change: int) -> None:
    sent = webhook("orders/create", b'{"id": 1234}')
    body = bytearray(sent.body)
    body[change] ^= 1
    with pytest.raises(NotAuthentic):
        receiver().verify(IncomingWebhook(sent.id, NOW, sent.url, sent.headers, bytes(body)), NOW)


def test_the_signature_is_over_the_bytes_and_not_over_what_they_mean() -> None:
    """Seen to fail when the body was decoded and encoded again first."""
    spaced = b'{ "id" :  1, "note": "\\u00e9 / \xc3\xa9", "price": 1.10 }\n'
    assert receiver().verify(webhook("orders/create", spaced), NOW)


def test_during_a_rotation_both_secrets_hold_and_afterwards_the_new_one_alone() -> None:
    """Seen to fail when only the present secret was tried."""
    before = webhook("orders/create", b"{}", secret=CLIENT_SECRET)
    during = receiver(client_secret="the-next", previous_client_secret=CLIENT_SECRET)
    assert during.verify(before, NOW)
    assert during.verify(webhook("orders/create", b"{}", secret="the-next"), NOW)
    with pytest.raises(NotAuthentic):
        receiver(client_secret="the-next").verify(before, NOW)


def test_a_webhook_of_another_shop_of_the_same_app_is_not_believed() -> None:
    with pytest.raises(NotAuthentic):
        receiver().verify(webhook("orders/create", b"{}", x_shopify_shop_domain="other.myshopify.com"), NOW)


def test_a_level_whose_quantity_is_null_is_a_hint_like_any_other() -> None:
    body = json.dumps({**SAMPLES["inventory_levels.update"], "available": None}).encode()
    assert list(receiver().read(webhook("inventory_levels/update", body))) == [LEVEL]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}", b'{"id": "x"}', b'{"id": null}'])
def test_what_is_no_order_is_rejected_and_not_guessed_at(body: bytes) -> None:
    with pytest.raises(PermanentlyRejected):
        receiver().read(webhook("orders/create", body))


@pytest.mark.parametrize("topic", ["", "themes/publish"])
def test_other_topics_say_nothing(topic: str) -> None:
    assert list(receiver().read(webhook(topic, b"{}"))) == []
