"""What the shop tells us: signed over the bytes that came, several times, late and in any order."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from core.plugin.context import PluginContext
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

from .settings import ShopifySettings

Body = Mapping[str, Any]

_ITEM_OF_LEVEL = re.compile(r"gid://shopify/InventoryLevel/\d+\?inventory_item_id=(\d+)")


class ShopifyWebhooks:
    """`WebhookReceiver`. Shopify signs with the present client secret, and for an hour after it was replaced with the one before; there
    is no age that it allows, since it repeats for hours what was not taken."""

    def __init__(self, context: PluginContext[ShopifySettings]) -> None:
        settings = context.settings
        self._shop = settings.shop
        self._secrets = [one for one in (settings.client_secret, settings.previous_client_secret) if one is not None]

    def verify(self, webhook: IncomingWebhook, now: datetime) -> str:
        """Two subscriptions may tell of one event: only its topic and id together are a name."""
        given = webhook.headers.get("x-shopify-hmac-sha256", "").encode()
        matches = [hmac.compare_digest(_signature(secret, webhook.body), given) for secret in self._secrets]
        if not any(matches):
            raise NotAuthentic("Shopify's signature is missing or does not fit the body")
        if webhook.headers.get("x-shopify-shop-domain", self._shop) != self._shop:
            raise NotAuthentic("this webhook is of another shop")
        event = webhook.headers.get("x-shopify-event-id", "")
        return f"{webhook.headers.get('x-shopify-topic', '')}:{event}" if event else ""

    def read(self, webhook: IncomingWebhook) -> Sequence[Fact]:
        """Topics that are of no interest say nothing: among them are Shopify's demands to show or erase what is known of a customer or
        shop, since nothing of the kind is kept."""
        read = _READERS.get(webhook.headers.get("x-shopify-topic", ""))
        if read is None:
            return []
        try:
            return [read(msgspec.json.decode(webhook.body, type=dict[str, Any]))]
        except (msgspec.DecodeError, RecursionError, KeyError, TypeError, ValueError) as error:
            raise PermanentlyRejected(f"this is no webhook of Shopify: {type(error).__name__}: {error}") from None


def _signature(secret: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))


def _gid(kind: str, body: Body, name: str = "id") -> str:
    """A record's id. The text is exact; numbers beyond 2^53 may have been rounded on their way."""
    if isinstance(text := body.get("admin_graphql_api_id"), str) and text.startswith(f"gid://shopify/{kind}/"):
        return text
    return f"gid://shopify/{kind}/{int(body[name])}"


def _order(body: Body) -> Fact:
    return OrderChanged(_gid("Order", body))


def _edited_order(body: Body) -> Fact:
    return OrderChanged(_gid("Order", body["order_edit"], "order_id"))


def _order_of_part(body: Body) -> Fact:
    """A fulfilment or refund."""
    return OrderChanged(_gid("Order", body, "order_id"))


def _level(body: Body) -> Fact:
    """The quantity in it is not looked at: it may be old, or null."""
    named = _ITEM_OF_LEVEL.fullmatch(str(body.get("admin_graphql_api_id", "")))
    item = named[1] if named else int(body["inventory_item_id"])
    return LevelChanged(f"gid://shopify/InventoryItem/{item}", f"gid://shopify/Location/{int(body['location_id'])}")


def _items(body: Body) -> Fact:
    return ItemsChanged()


def _uninstalled(body: Body) -> Fact:
    return AccessEnded("the app was removed from the shop")


_READERS: Mapping[str, Callable[[Body], Fact]] = {
    **dict.fromkeys(
        [
            f"orders/{change}"
            for change in ("create", "updated", "cancelled", "paid", "fulfilled", "partially_fulfilled", "delete")
        ],
        _order,
    ),
    "orders/edited": _edited_order,
    "refunds/create": _order_of_part,
    "fulfillments/create": _order_of_part,
    "fulfillments/update": _order_of_part,
    **dict.fromkeys([f"inventory_levels/{change}" for change in ("update", "connect", "disconnect")], _level),
    **dict.fromkeys([f"inventory_items/{change}" for change in ("create", "update", "delete")], _items),
    **dict.fromkeys([f"products/{change}" for change in ("create", "update", "delete")], _items),
    "app/uninstalled": _uninstalled,
}
