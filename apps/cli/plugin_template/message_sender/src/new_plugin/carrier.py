"""The carrier of text messages: the port on its HTTP API."""

from datetime import timedelta

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import Ambiguous, AuthFailed, PermanentlyRejected, RateLimited, Transient
from core.ports.http import HttpAnswer, HttpRequest

from .settings import CarrierSettings

BASE = "https://api.carrier.example/v1"
BUSY_SECONDS = 5


class _Taken(msgspec.Struct):
    id: str


class Carrier:
    """`MessageSender`. The carrier knows a message by its key and does not send it anew."""

    def __init__(self, context: PluginContext[CarrierSettings]) -> None:
        self._http, self._sender = context.http, context.settings.sender
        self._authorization = f"Bearer {context.settings.token}"

    def __repr__(self) -> str:
        return f"Carrier({self._sender!r})"

    async def check(self) -> None:
        await self._call("GET", "/account")

    async def send(self, to: str, text: str, key: str) -> str:
        message = {"from": self._sender, "to": to, "text": text, "key": key}
        answer = await self._call("POST", "/messages", msgspec.json.encode(message))
        try:
            return msgspec.json.decode(answer.body, type=_Taken).id
        except msgspec.DecodeError:
            raise Ambiguous("the carrier answered something that cannot be read") from None

    async def _call(self, method: str, path: str, body: bytes = b"") -> HttpAnswer:
        headers = {"authorization": self._authorization, "content-type": "application/json"}
        answer = await self._http.send(HttpRequest(method, f"{BASE}{path}", headers, body))
        if answer.status >= 300:
            _refuse(answer)
        return answer


def _refuse(answer: HttpAnswer) -> None:
    """Raises the failure that the answer means. Its body is not shown: it may hold the number."""
    if answer.status in (401, 403):
        raise AuthFailed("the carrier does not accept the access token")
    if answer.status == 429:
        after = answer.headers.get("retry-after", "")
        raise RateLimited(timedelta(seconds=max(1, int(after)) if after.isdecimal() else BUSY_SECONDS))
    if answer.status >= 500:
        raise Transient(f"the carrier failed ({answer.status})")
    raise PermanentlyRejected(f"the carrier refused the message ({answer.status})")
