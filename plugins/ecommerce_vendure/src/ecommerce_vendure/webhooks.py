"""What the shop tells: by the plugin for Vendure that comes with this one, signed by Standard Webhooks."""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from core.domain.webhook import key_of
from core.plugin.context import PluginContext
from core.ports.failures import PermanentlyRejected
from core.ports.incoming import Fact, IncomingWebhook, ItemsChanged, LevelChanged, NotAuthentic, OrderChanged

from .settings import VendureSettings

TOLERANCE = timedelta(minutes=5)
_LONGEST_ID = 255


class _Level(msgspec.Struct, frozen=True):
    variant: str
    location: str | None = None


class _Data(msgspec.Struct, frozen=True):
    orders: list[str] = []
    levels: list[_Level] = []


class _Message(msgspec.Struct, frozen=True):
    type: str
    data: _Data = _Data()


class VendureWebhooks:
    """`WebhookReceiver`."""

    def __init__(self, context: PluginContext[VendureSettings]) -> None:
        settings = context.settings
        secrets = (settings.webhook_secret, settings.previous_webhook_secret)
        self._keys = [key_of(secret) for secret in secrets if secret]
        self._locations = frozenset(settings.locations.values())

    def verify(self, webhook: IncomingWebhook, now: datetime) -> str:
        name = _header(webhook.headers, "webhook-id")
        moment = _header(webhook.headers, "webhook-timestamp")
        if not self._keys:
            raise NotAuthentic("the settings hold no webhook secret")
        if not 0 < len(name) <= _LONGEST_ID:
            raise NotAuthentic("it has no id")
        if abs(now - _time(moment)) > TOLERANCE:
            raise NotAuthentic("it was not signed lately")
        signed = f"{name}.{moment}.".encode() + webhook.body
        if not self._is_signed(signed, _header(webhook.headers, "webhook-signature")):
            raise NotAuthentic("its signature is wrong")
        return name

    def read(self, webhook: IncomingWebhook) -> Sequence[Fact]:
        try:
            message = msgspec.json.decode(webhook.body, type=_Message)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise PermanentlyRejected("the body is none of the plugin for Vendure") from None
        match message.type:
            case "order.changed":
                return [OrderChanged(order) for order in dict.fromkeys(message.data.orders)]
            case "stock.changed":
                return list(dict.fromkeys(self._changed(message.data.levels)))
            case "catalogue.changed":
                return [ItemsChanged()]
            case _:
                return []

    def _is_signed(self, content: bytes, given: str) -> bool:
        """Whether one of the signatures is one of ours. All are compared, so that the time tells nothing."""
        wanted = [base64.b64encode(hmac.digest(key, content, hashlib.sha256)) for key in self._keys]
        signatures = [text.removeprefix("v1,").encode() for text in given.split(" ") if text.startswith("v1,")]
        found = [hmac.compare_digest(one, another) for one in wanted for another in signatures]
        return any(found)

    def _changed(self, levels: Sequence[_Level]) -> Iterator[LevelChanged]:
        """Where the shop does not say at which location, at each of ours."""
        for level in levels:
            places = self._locations if level.location is None else self._locations & {level.location}
            yield from (LevelChanged(level.variant, location) for location in sorted(places))


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    return value if value.isascii() else ""


def _time(seconds: str) -> datetime:
    """Of a moment that is no number of seconds nobody knows when it was."""
    if not seconds.isdecimal() or len(seconds) > len("99999999999"):
        raise NotAuthentic("it does not say when it was signed")
    return datetime.fromtimestamp(int(seconds), UTC)
