"""Requests to SendGrid, and what its answers mean."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)
from core.ports.http import HttpAnswer, HttpRequest

from .settings import SendGridSettings

SECONDS = 30.0
"""In which SendGrid must have taken a mail, with its files."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=5)
MAY_SEND = "mail.send"


class _Fault(msgspec.Struct, frozen=True):
    message: str = ""
    field: str | None = None


class _Refusal(msgspec.Struct, frozen=True):
    errors: list[_Fault] = []


class _Scopes(msgspec.Struct, frozen=True):
    scopes: list[str]


class SendGrid:
    """One account."""

    def __init__(self, context: PluginContext[SendGridSettings]) -> None:
        self._http, self._clock, self._settings = context.http, context.clock, context.settings
        self._refusals = 0  # for want of time, in a row

    async def send(self, body: Mapping[str, Any]) -> None:
        """Hands a mail over. SendGrid knows no key by which it would tell a repeat: whatever may have been taken is `Ambiguous`."""
        answer = await self._ask("POST", "/v3/mail/send", msgspec.json.encode(body))
        if answer.status not in (200, 202):  # 200: the sandbox has looked at it
            raise self._failure(answer, asked_only=False)

    async def scopes(self) -> Sequence[str]:
        """What the key may do."""
        answer = await self._ask("GET", "/v3/scopes")
        if answer.status != 200:
            raise self._failure(answer, asked_only=True)
        try:
            return msgspec.json.decode(answer.body, type=_Scopes).scopes
        except msgspec.MsgspecError:
            raise Transient("SendGrid did not say what the key may do") from None

    async def _ask(self, method: str, path: str, body: bytes = b"") -> HttpAnswer:
        headers = {"authorization": f"Bearer {self._settings.api_key}", "accept": "application/json"}
        if body:
            headers["content-type"] = "application/json"
        url = f"https://{self._settings.host}{path}"
        answer = await self._http.send(HttpRequest(method, url, headers, body, SECONDS))
        self._refusals = self._refusals + 1 if answer.status == 429 else 0
        return answer

    def _failure(self, answer: HttpAnswer, *, asked_only: bool) -> PortFailure:
        """The kind of failure, in words of our own: theirs may repeat an address."""
        status = answer.status
        fields = _fields(answer)
        if status == 429:
            return RateLimited(self._wait(answer), "SendGrid asks to wait")
        if status == 401:
            return AuthFailed("SendGrid does not accept the API key")
        if any(field.startswith("from") for field in fields):
            return Misconfigured(
                f"SendGrid does not accept the sender: is it a verified sender of the account? ({status})"
            )
        if status == 403:
            return AuthFailed("the API key may not do this at SendGrid")
        if status >= 500:
            return (Transient if asked_only else Ambiguous)(f"SendGrid fails ({status})")
        if status in (400, 413):
            told = f"{status}: {', '.join(fields)}" if fields else str(status)
            return PermanentlyRejected(f"SendGrid refuses this mail ({told})")
        return Misconfigured(f"SendGrid does not answer as it should ({status}): is the region right?")

    def _wait(self, answer: HttpAnswer) -> timedelta:
        """Until the time that the answer names, else twice as long from one refusal to the next."""
        named = answer.headers.get("x-ratelimit-reset", "")
        if named.isascii() and named.isdigit():
            left = timedelta(seconds=int(named[:12]) - self._clock.now().timestamp())
            return max(FIRST_WAIT, min(left, LONGEST_WAIT))
        return min(FIRST_WAIT * (1 << min(self._refusals - 1, 10)), LONGEST_WAIT)


def _fields(answer: HttpAnswer) -> Sequence[str]:
    """The parts of the request that a refusal names."""
    try:
        refusal = msgspec.json.decode(answer.body, type=_Refusal)
    except msgspec.MsgspecError:
        return ()
    return [fault.field[:60] for fault in refusal.errors if fault.field and fault.field != "null"]
