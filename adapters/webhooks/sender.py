"""`WebhookSender` over HTTP. Whether an address may be called is for the transport to say."""

from collections.abc import Callable
from datetime import timedelta

import httpx2
import msgspec

from core.domain.signing import signed_headers
from core.domain.webhook import is_here
from core.ports.clock import Clock
from core.ports.http_answers import wish_to_wait
from core.ports.webhooks import WebhookAnswer, WebhookCall
from core.queries.events import view_of

Transport = Callable[[bool], httpx2.AsyncBaseTransport]
"""A transport for one request; True where the address says of itself that it is this machine."""


class HttpWebhookSender:
    """Sends each event on a connection of its own, and looks at no more of the answer than its head."""

    def __init__(self, transport: Transport, clock: Clock, elapsed: Callable[[], float], agent: str) -> None:
        self._transport, self._clock, self._elapsed, self._agent = transport, clock, elapsed, agent

    async def send(self, call: WebhookCall) -> WebhookAnswer:
        body, begun = msgspec.json.encode(view_of(call.event)), self._elapsed()
        headers = {
            "content-type": "application/json",
            "user-agent": self._agent,
            **signed_headers(call.keys, str(call.event.id), int(self._clock.now().timestamp()), body),
        }
        try:
            async with httpx2.AsyncClient(
                transport=self._transport(is_here(call.url)), trust_env=False, timeout=None, follow_redirects=False
            ) as client:
                answer = await client.post(call.url, content=body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return WebhookAnswer(None, self._since(begun), _code_of(error))
        wish = wish_to_wait(answer.headers.get("retry-after"), self._clock.now())
        return WebhookAnswer(answer.status_code, self._since(begun), retry_after=wish)

    def _since(self, begun: float) -> timedelta:
        return timedelta(seconds=self._elapsed() - begun)


def _code_of(error: Exception) -> str:
    """Why there is no answer, in a word, which the transport may say."""
    return str(getattr(error, "code", "unreachable"))
