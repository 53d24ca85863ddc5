"""Signatures by Standard Webhooks: symmetric, `v1`. They go with whatever we send to other servers."""

import base64
import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """What proves that whoever has the key sent this body, under this id and at that moment (Unix seconds)."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, sha256)).decode()}"


def signed_headers(keys: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers that let a receiver check a message with any of the keys."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(key, message_id, timestamp, body) for key in keys),
    }
