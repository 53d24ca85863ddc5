"""What the shop tells by webhook: `shop-signature: t=<seconds>,v1=<hex>`, an HMAC-SHA256 over `<seconds>.<body>`, and `shop-event: <id>`."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import PermanentlyRejected
from core.ports.incoming import Fact, IncomingWebhook, ItemsChanged, LevelChanged, NotAuthentic, OrderChanged

from .settings import ShopSettings

LONGEST_AGE = timedelta(minutes=5)


class _News(msgspec.Struct):
    event: str
    order: str = ""
    item: str = ""
    location: str = ""


class ShopWebhooks:
    """`WebhookReceiver`."""

    def __init__(self, context: PluginContext[ShopSettings]) -> None:
        given = (context.settings.signing_secret, context.settings.previous_signing_secret)
        self._keys = [secret.encode() for secret in given if secret]

    def __repr__(self) -> str:
        return "ShopWebhooks()"

    def verify(self, webhook: IncomingWebhook, now: datetime) -> str:
        time, _, signature = webhook.headers.get("shop-signature", "").partition(",")
        signed = b"%b.%b" % (time.removeprefix("t=").encode(), webhook.body)
        given = signature.removeprefix("v1=").encode()
        expected = [hmac.new(key, signed, hashlib.sha256).hexdigest().encode() for key in self._keys]
        if not sum(hmac.compare_digest(one, given) for one in expected):
            raise NotAuthentic("its signature is wrong")
        if abs(now.timestamp() - int(time.removeprefix("t="))) > LONGEST_AGE.total_seconds():
            raise NotAuthentic("it is too old")
        return webhook.headers.get("shop-event", "")

    def read(self, webhook: IncomingWebhook) -> Sequence[Fact]:
        try:
            news = msgspec.json.decode(webhook.body, type=_News)
        except (msgspec.DecodeError, RecursionError):
            raise PermanentlyRejected("it cannot be read") from None
        facts: dict[str, Fact] = {
            "order_changed": OrderChanged(news.order),
            "level_changed": LevelChanged(news.item, news.location),
            "items_changed": ItemsChanged(),
        }
        return [facts[news.event]] if news.event in facts else []
