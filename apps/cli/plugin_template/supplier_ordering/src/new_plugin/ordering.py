"""The way to suppliers: the port on the HTTP API of an exchange, which knows an order by its key and takes it once."""

from datetime import timedelta

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import Ambiguous, AuthFailed, PermanentlyRejected, RateLimited, Transient
from core.ports.http import HttpAnswer, HttpRequest
from core.ports.supplier import Acceptance, OutgoingOrder

from .settings import ExchangeSettings

BASE = "https://api.exchange.example/v1"
BUSY_SECONDS = 30


class _Taken(msgspec.Struct):
    reference: str = ""


class ExchangeOrdering:
    """`SupplierOrdering`."""

    def __init__(self, context: PluginContext[ExchangeSettings]) -> None:
        self._http = context.http
        self._authorization = f"Bearer {context.settings.token}"

    def __repr__(self) -> str:
        return "ExchangeOrdering()"

    async def deliver(self, order: OutgoingOrder) -> Acceptance:
        headers = {
            "authorization": self._authorization,
            "content-type": "application/json",
            "idempotency-key": order.key,
            "recipient": order.address,
        }
        answer = await self._http.send(HttpRequest("POST", f"{BASE}/orders", headers, order.body))
        if answer.status >= 300:
            _refuse(answer)
        try:
            return Acceptance(msgspec.json.decode(answer.body, type=_Taken).reference)
        except msgspec.DecodeError:
            raise Ambiguous("the exchange answered something that cannot be read") from None


def _refuse(answer: HttpAnswer) -> None:
    """Raises the failure that the answer means, without its body: it may name the supplier."""
    if answer.status in (401, 403):
        raise AuthFailed("the exchange does not accept the access token")
    if answer.status == 429:
        after = answer.headers.get("retry-after", "")
        raise RateLimited(timedelta(seconds=max(1, int(after)) if after.isdecimal() else BUSY_SECONDS))
    if answer.status >= 500:
        raise Transient(f"the exchange failed ({answer.status})")
    raise PermanentlyRejected(f"the exchange refused the order ({answer.status})")
