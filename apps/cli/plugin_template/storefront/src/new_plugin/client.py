"""The shop's HTTP API: requests, answers, and what its refusals mean."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from core.ports.failures import Ambiguous, AuthFailed, PermanentlyRejected, RateLimited, Transient
from core.ports.http import HttpAnswer, HttpClient, HttpRequest

from .settings import ShopSettings

T = TypeVar("T")

BUSY_SECONDS = 5  # where it does not say how long


class ShopClient:
    """Speaks to one shop."""

    def __init__(self, http: HttpClient, settings: ShopSettings) -> None:
        self._http = http
        self._base = f"{settings.address}/api"
        self._headers = {"authorization": f"Bearer {settings.token}", "content-type": "application/json"}

    def __repr__(self) -> str:
        return f"ShopClient({self._base!r})"

    async def get(self, path: str, kind: type[T], query: Mapping[str, str | int] | None = None) -> T:
        """What the shop shows at a path."""
        answer = await self._send("GET", f"{path}?{urlencode(query)}" if query else path)
        return _read(answer, kind)

    async def find(self, path: str, kind: type[T]) -> T | None:
        """The same, or None where there is nothing."""
        answer = await self._send("GET", path, missing_ok=True)
        return None if answer.status == 404 else _read(answer, kind)

    async def change(self, method: str, path: str, body: Any, kind: type[T]) -> T:
        """Has the shop change something."""
        return _read(await self._send(method, path, msgspec.json.encode(body)), kind)

    async def _send(self, method: str, path: str, body: bytes = b"", *, missing_ok: bool = False) -> HttpAnswer:
        answer = await self._http.send(HttpRequest(method, f"{self._base}{path}", self._headers, body))
        if not (answer.status < 300 or (missing_ok and answer.status == 404)):
            _refuse(answer, is_change=method != "GET")
        return answer


def _refuse(answer: HttpAnswer, *, is_change: bool) -> None:
    """Raises the failure that the answer means. Its body is not shown: nobody knows what is in it."""
    status = answer.status
    if status in (401, 403):
        raise AuthFailed("the shop does not accept the access token")
    if status == 429:
        raise RateLimited(timedelta(seconds=_seconds(answer.headers.get("retry-after", ""))))
    if status >= 500 and status != 503 and is_change:
        raise Ambiguous(f"the shop failed ({status}) and may have done it")
    if status >= 500:
        raise Transient(f"the shop is not there ({status})")
    raise PermanentlyRejected(f"the shop refused the request ({status})")


def _seconds(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() else BUSY_SECONDS


def _read(answer: HttpAnswer, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.DecodeError:
        raise Transient("the shop answered something that cannot be read") from None
