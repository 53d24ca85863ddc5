"""`SupplierOrdering` over HTTP: the order as JSON, signed by Standard Webhooks. Whether an address may be called is for the transport to
say."""

from collections.abc import Callable

import httpx2
import msgspec

from core.domain.mail import one_line
from core.domain.signing import signed_headers
from core.domain.webhook import is_here
from core.ports.clock import Clock
from core.ports.failures import Ambiguous, AuthFailed, Misconfigured
from core.ports.http_answers import failure_of_status, wish_to_wait
from core.ports.supplier import Acceptance, OutgoingOrder

LONGEST_REFERENCE = 200

Transport = Callable[[bool], httpx2.AsyncBaseTransport]
"""A transport for one request; True where the address says of itself that it is this machine."""


class _Answer(msgspec.Struct):
    reference: str = ""


class HttpOrdering:
    """Sends an order in one request, signed with the key that the supplier has too. The key of the order stands in `webhook-id` and in
    `Idempotency-Key`, the same in every repeat. An answer from 200 to 299 is a yes, and may name the supplier's `reference`."""

    def __init__(self, key: bytes, transport: Transport, clock: Clock, agent: str) -> None:
        self._key, self._transport, self._clock, self._agent = key, transport, clock, agent

    async def deliver(self, order: OutgoingOrder) -> Acceptance:
        answer = await self._answer(order)
        if answer.status_code in (401, 403):
            raise AuthFailed(f"answered {answer.status_code}: it does not accept our signature")
        wait = wish_to_wait(answer.headers.get("retry-after"), self._clock.now())
        if failure := failure_of_status(answer.status_code, wait):
            raise failure
        return Acceptance(_reference(answer.content))

    async def _answer(self, order: OutgoingOrder) -> httpx2.Response:
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "user-agent": self._agent,
            "idempotency-key": order.key,
            **signed_headers([self._key], order.key, int(self._clock.now().timestamp()), order.body),
        }
        try:
            async with httpx2.AsyncClient(
                transport=self._transport(is_here(order.address)), trust_env=False, timeout=None, follow_redirects=False
            ) as client:
                return await client.post(order.address, content=order.body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            code = str(getattr(error, "code", "unreachable"))
            if code == "address_refused":
                raise Misconfigured("its address is none that may be called (address_refused)") from None
            raise Ambiguous(f"no answer that counts ({code})") from None


def _reference(content: bytes) -> str:
    """The supplier's number for the order, where the answer names one."""
    try:
        return one_line(msgspec.json.decode(content, type=_Answer).reference)[:LONGEST_REFERENCE]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
