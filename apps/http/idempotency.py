"""The Idempotency-Key header: a request that is repeated takes effect once."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from apps.http.answer import Answer
from apps.http.api_request import ApiRequest
from apps.http.decoding import canonical
from apps.http.errors import RequestRefused
from core.domain.access import Actor
from core.domain.errors import Fault, Invalid
from core.ports.stock_ledger import IdempotencyKey

HEADER = b"idempotency-key"
REPLAYED = "Idempotency-Replayed"

Content = TypeVar("Content")

_KEY = re.compile(rb"[\x21-\x7e]{1,255}")


def key_among(headers: Mapping[bytes, bytes]) -> str:
    """The key that the caller chose. Raises `RequestRefused` (428) without one and `Invalid` for a malformed one."""
    key = headers.get(HEADER)
    if key is None:
        raise RequestRefused(
            428, "idempotency_key_required", "send an Idempotency-Key, so that a repeated request takes effect once"
        )
    if not _KEY.fullmatch(key):
        fault = Fault(
            "/headers/idempotency-key", "bad_format", "must be 1 to 255 visible ASCII characters", {"in": "header"}
        )
        raise Invalid("invalid", "the Idempotency-Key is malformed", [fault])
    return key.decode()


async def idempotency_key(request: ApiRequest, actor: Actor) -> IdempotencyKey:
    """The caller's key, with a hash of the method, the path, the query and the body in canonical form."""
    key = key_among(request.scope["state"]["headers"])
    target = f"{request.method} {request.scope['path']}?".encode() + request.scope["query_string"]
    content = canonical(await request.body()) if request.rule.decoder else b""
    principal = UUID(actor.agent.partition(":")[2]) if actor.agent else actor.user_id
    return IdempotencyKey(principal, key, sha256(target + b"\n" + content).hexdigest())


def replayable(content: Content, *, replayed: bool, status_code: int = 201) -> Answer[Content]:
    """An answer that says so when it is the stored one of an earlier request."""
    return Answer(content, status_code=status_code, headers={REPLAYED: "true"} if replayed else {})
