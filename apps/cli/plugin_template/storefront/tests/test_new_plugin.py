"""The plugin keeps the contracts of Pirwa, with a shop that answers as the real one does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from core.ports.failures import Ambiguous, AuthFailed, PermanentlyRejected, PortFailure, RateLimited, Transient
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.incoming import IncomingWebhook, OrderChanged, WebhookReceiver
from core.ports.storefront import Storefront
from core.testing.contracts.plugin import PluginContract
from core.testing.contracts.storefront import OtherSide, StorefrontContract
from core.testing.contracts.webhook_receiver import Sender, WebhookReceiverContract
from core.testing.plugin_context import Answering, plugin_context
from new_plugin.settings import ShopSettings
from new_plugin.storefront import MOST, ShopStorefront
from new_plugin.webhooks import LONGEST_AGE, ShopWebhooks

from .fake_shop import SIGNING_SECRET, TOKEN, FakeShop, signature

BEFORE = "what-it-signed-with-before"
SETTINGS: Mapping[str, Any] = {
    "address": "https://shop.example.com",
    "locations": {"UIO": "main"},
    "token": TOKEN,
    "signing_secret": SIGNING_SECRET,
    "previous_signing_secret": BEFORE,
}
STATUSES: Mapping[type[PortFailure] | None, int] = {
    None: 0,
    Ambiguous: 0,
    AuthFailed: 401,
    RateLimited: 429,
    Transient: 503,
}


@dataclass
class ShopAtHand:
    """A shop, and the storefront that speaks to it."""

    shop: FakeShop = field(default_factory=FakeShop)
    location = "main"
    whole_units = False
    many = 2 * MOST + 1
    unknown_item = "no-such-item"
    unknown_order = "no-such-order"

    @property
    def storefront(self) -> Storefront:
        return ShopStorefront(plugin_context(ShopSettings(**SETTINGS), Answering(self.shop.answer)))

    async def sell(self, skus: Sequence[str]) -> Mapping[str, str]:
        self.shop.items = {f"item-{sku}": sku for sku in skus}
        return {sku: item for item, sku in self.shop.items.items()}

    async def shown(self) -> Mapping[str, Decimal]:
        return self.shop.shown

    async def edit(self, item: str, quantity: Decimal) -> None:
        self.shop.shown[item] = quantity

    async def prices(self) -> Mapping[str, Decimal]:
        return self.shop.prices

    async def place(self, item: str, quantity: Decimal) -> str:
        return self.shop.place(item, quantity)

    async def cancel(self, order: str) -> None:
        self.shop.cancel(order)

    async def fulfil(self, order: str) -> None:
        self.shop.send(order)

    async def told(self) -> Sequence[str]:
        return [self.shop.webhook] if self.shop.webhook else []

    async def refuse(self, failure: type[PortFailure] | None) -> None:
        self.shop.trouble, self.shop.answer_lost = STATUSES[failure], failure is Ambiguous


class TestStorefront(StorefrontContract):
    @pytest.fixture
    def other_side(self) -> OtherSide:
        return ShopAtHand()


class ShopThatTells:
    """A shop that signs its webhooks."""

    secrets = (SIGNING_SECRET, BEFORE)
    body = b'{"event": "order_changed", "order": "order-7"}'
    longest_age = LONGEST_AGE

    @property
    def receiver(self) -> WebhookReceiver:
        return ShopWebhooks(plugin_context(ShopSettings(**SETTINGS)))

    def signed(self, body: bytes, at: datetime, event: str = "one", secret: str = SIGNING_SECRET) -> IncomingWebhook:
        headers = {"shop-signature": signature(body, at, secret), "shop-event": event}
        return IncomingWebhook(uuid4(), at, "https://stock.example.org/hook", headers, body)

    def forged(self, body: bytes, at: datetime) -> IncomingWebhook:
        return self.signed(body, at, secret="a guess")

    def signed_before_rotation(self, body: bytes, at: datetime) -> IncomingWebhook | None:
        return self.signed(body, at, secret=BEFORE)


class TestWebhooks(WebhookReceiverContract):
    @pytest.fixture
    def sender(self) -> Sender:
        return ShopThatTells()

    def test_a_changed_order_is_told(self) -> None:
        shop = ShopThatTells()
        assert shop.receiver.read(shop.signed(shop.body, datetime.now(UTC))) == [OrderChanged("order-7")]


class TestPlugin(PluginContract):
    settings = SETTINGS


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "failure"),
    [(400, PermanentlyRejected), (403, AuthFailed), (429, RateLimited), (500, Transient), (503, Transient)],
)
async def test_each_answer_of_the_shop_means_one_failure(status: int, failure: type[PortFailure]) -> None:
    async def answer(request: HttpRequest) -> HttpAnswer:
        return HttpAnswer(status, {"retry-after": "7"}, b"whatever")

    with pytest.raises(failure) as raised:
        await ShopStorefront(plugin_context(ShopSettings(**SETTINGS), Answering(answer))).check()
    if isinstance(raised.value, RateLimited):
        assert raised.value.after == timedelta(seconds=7)


@pytest.mark.anyio
async def test_what_the_shop_once_answered_is_still_understood(http_tape: Any) -> None:
    """PIRWA_RECORD_TAPES=1 with a real address and token in SETTINGS records it anew."""
    tape = http_tape("shop", secrets=[TOKEN])
    storefront = ShopStorefront(plugin_context(ShopSettings(**SETTINGS), tape))
    account = await storefront.check()
    assert (account.name, account.currency) == ("The little shop", "USD")
    assert [item.sku for item in (await storefront.items()).items] == ["CUP", "TEA"]
