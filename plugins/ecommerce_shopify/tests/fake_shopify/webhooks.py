"""Webhooks as Shopify sends them: signed over their bytes, one for each subscription to the topic."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from .answers import text
from .records import Shop


@dataclass(frozen=True)
class Delivery:
    """A webhook on its way. Sending it again is what Shopify does after a time-out."""

    uri: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Webhooks:
    """Keeps what is to be sent in `waiting`, oldest first; a test takes it from there, in whatever order."""

    shop: Shop
    domain: str
    secret: str
    waiting: list[Delivery] = field(default_factory=list)

    def tell(self, topic: str, payload: Mapping[str, object], at: datetime) -> None:
        body, event = json.dumps(payload).encode(), str(uuid4())
        name = topic.upper().replace("/", "_")
        self.waiting += [
            signed(one.uri, topic, body, self.secret, self.domain, event, at)
            for one in self.shop.subscriptions.values()
            if one.topic == name
        ]


def signed(uri: str, topic: str, body: bytes, secret: str, domain: str, event: str, at: datetime) -> Delivery:
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    headers = {
        "content-type": "application/json",
        "x-shopify-topic": topic,
        "x-shopify-hmac-sha256": signature,
        "x-shopify-shop-domain": domain,
        "x-shopify-api-version": "2026-10",
        "x-shopify-webhook-id": str(uuid4()),
        "x-shopify-event-id": event,
        "x-shopify-triggered-at": text(at),
    }
    return Delivery(uri, headers, body)
