"""What the plugin for Vendure tells: verified as Standard Webhooks, and read as hints."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from core.ports.failures import PermanentlyRejected
from core.ports.incoming import Fact, IncomingWebhook, ItemsChanged, LevelChanged, NotAuthentic, OrderChanged
from core.testing.contracts.webhook_receiver import NOW, Sender, WebhookReceiverContract
from core.testing.plugin_context import plugin_context
from ecommerce_vendure.settings import VendureSettings
from ecommerce_vendure.webhooks import TOLERANCE, VendureWebhooks

from .connected import settings

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BEFORE = "whsec_" + base64.b64encode(b"the secret that was good before..").decode()
FORGER = "whsec_" + base64.b64encode(b"somebody who would like to be one").decode()


def receiver(secret: str | None = SECRET, **more: Any) -> VendureWebhooks:
    return VendureWebhooks(plugin_context(settings(webhook_secret=secret, **more)))


def signature(secret: str, name: str, moment: int, body: bytes) -> str:
    """As the specification says it, and not as the plugin does."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join([name.encode(), str(moment).encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def webhook(body: bytes, *signatures: str, name: str = "msg_1", at: datetime = NOW) -> IncomingWebhook:
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return IncomingWebhook(uuid4(), at, "https://stock.example.org/hook", headers, body)


class Shop:
    """`Sender`."""

    receiver = receiver(previous_webhook_secret=BEFORE)
    secrets = (SECRET, BEFORE)
    body = b'{"type": "order.changed", "data": {"orders": ["7"]}}'
    longest_age: timedelta | None = TOLERANCE

    def signed(self, body: bytes, at: datetime, event: str = "one") -> IncomingWebhook:
        return self._by(SECRET, body, at, event)

    def forged(self, body: bytes, at: datetime) -> IncomingWebhook:
        return self._by(FORGER, body, at, "one")

    def signed_before_rotation(self, body: bytes, at: datetime) -> IncomingWebhook | None:
        return self._by(BEFORE, body, at, "one")

    def _by(self, secret: str, body: bytes, at: datetime, event: str) -> IncomingWebhook:
        return webhook(body, signature(secret, event, int(at.timestamp()), body), name=event, at=at)


@pytest.mark.promise("B4")
class TestVendureWebhooks(WebhookReceiverContract):
    @pytest.fixture
    def sender(self) -> Sender:
        return Shop()


def test_the_vector_of_the_specification() -> None:
    body, at = b'{"test": 2432232314}', datetime.fromtimestamp(1614265330, UTC)
    signed = webhook(
        body, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", name="msg_p5jXN8AQM9LWM0D4loKWxJek", at=at
    )
    assert receiver().verify(signed, at) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_one_good_signature_among_others_is_enough() -> None:
    body, moment = b"{}", int(NOW.timestamp())
    good, bad = signature(SECRET, "msg_1", moment, body), signature(FORGER, "msg_1", moment, body)
    for given in ([bad, good], [good, bad], ["v1a,AAAA", "v1,", good], [good, good]):
        assert receiver().verify(webhook(body, *given), NOW) == "msg_1"
    for given in ([bad, bad], ["v2" + good[2:]], [good[3:]], [good.replace("v1,", "v1, ")]):
        with pytest.raises(NotAuthentic):
            receiver().verify(webhook(body, *given), NOW)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp"])
def test_what_was_signed_cannot_be_sent_under_another_name_or_time(header: str) -> None:
    signed = Shop().signed(b"{}", NOW)
    changed = {**signed.headers, header: "msg_2" if header == "webhook-id" else str(int(NOW.timestamp()) + 1)}
    with pytest.raises(NotAuthentic):
        receiver().verify(replace(signed, headers=changed), NOW)


def test_without_a_secret_nothing_is_authentic() -> None:
    with pytest.raises(NotAuthentic, match="no webhook secret"):
        receiver(None).verify(Shop().signed(b"{}", NOW), NOW)


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ({"type": "order.changed", "data": {"orders": ["7", "8", "7"]}}, [OrderChanged("7"), OrderChanged("8")]),
        (
            {"type": "stock.changed", "data": {"levels": [{"variant": "3", "location": "1"}] * 2}},
            [LevelChanged("3", "1")],
        ),
        (
            {"type": "stock.changed", "data": {"levels": [{"variant": "3", "location": None}]}},
            [LevelChanged("3", "1"), LevelChanged("3", "2")],
        ),
        ({"type": "stock.changed", "data": {"levels": [{"variant": "3", "location": "9"}]}}, []),
        ({"type": "catalogue.changed", "timestamp": "2026-11-22T12:00:00Z", "data": {}}, [ItemsChanged()]),
        ({"type": "customer.changed", "data": {"orders": ["7"]}}, []),
    ],
)
def test_what_it_says(message: dict[str, object], facts: Sequence[Fact]) -> None:
    signed = Shop().signed(json.dumps(message).encode(), NOW)
    assert receiver(locations={"UIO": "1", "GYE": "2"}).read(signed) == facts


def test_what_cannot_be_read_is_refused_for_good() -> None:
    with pytest.raises(PermanentlyRejected):
        receiver().read(Shop().signed(b'{"type": "order.changed", "data": {"orders": [7]}}', NOW))


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_%%%", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTw"]
)
def test_a_secret_that_cannot_sign_is_no_setting(secret: str) -> None:
    given = {"address": "https://shop.example.org/admin-api", "api_key": "k", "locations": {"UIO": "1"}}
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert({**given, "webhook_secret": secret}, VendureSettings)
    assert secret.removeprefix("whsec_") not in str(raised.value) or secret in ("", "whsec_")


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example.org/admin-api",
        "https://",
        "https://user@shop.example.org",
        "https://shop.example.org/admin-api?x=1",
        "https://shop.example.org/a b",
        "shop.example.org",
    ],
)
def test_an_address_that_leads_nowhere_is_no_setting(address: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"address": address, "api_key": "k", "locations": {"UIO": "1"}}, VendureSettings)
