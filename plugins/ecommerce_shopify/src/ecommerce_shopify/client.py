"""Speaking to one shop: its Admin API, the tokens for that, and the files that it prepares."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from core.plugin.context import PluginContext
from core.ports.failures import Ambiguous, AuthFailed, Transient
from core.ports.http import HttpAnswer, HttpRequest

from .answers import data_in
from .documents import VERSION
from .settings import ShopifySettings

_RENEWED_BEFORE = timedelta(minutes=5)


class _Token(msgspec.Struct):
    access_token: str
    expires_in: int = 86_399


class ShopifyClient:
    """The API of one shop, as one app of it. A token that was bought lives in memory only: the next process buys its own."""

    def __init__(self, context: PluginContext[ShopifySettings]) -> None:
        self._settings, self._http, self._clock = context.settings, context.http, context.clock
        self._bought: str | None = None
        self._bought_until: datetime | None = None

    async def execute(
        self, document: str, variables: Mapping[str, object] | None = None, *, repeatable: bool | None = None
    ) -> dict[str, Any]:
        """The data that Shopify answers. `repeatable`: whether doing it twice does no harm; of a query that is so, of a mutation only
        if said. Raises the failures of the core; what a mutation calls user errors are part of the data."""
        if repeatable is None:
            repeatable = not document.startswith("mutation")
        answer = await self._ask(document, variables, repeatable=repeatable)
        if answer.status == 401 and self._bought is not None:
            self._bought = None
            answer = await self._ask(document, variables, repeatable=repeatable)
        return data_in(answer, repeatable=repeatable)

    async def pages(self, document: str, name: str) -> AsyncIterator[dict[str, Any]]:
        """Every node of a connection, page by page."""
        after: str | None = None
        while True:
            page = (await self.execute(document, {"after": after}))[name]
            for node in page["nodes"]:
                yield node
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    async def download(self, url: str, start: int, length: int) -> HttpAnswer:
        """Some bytes of a file that Shopify has prepared."""
        headers = {"range": f"bytes={start}-{start + length - 1}"}
        return await self._send(HttpRequest("GET", url, headers, seconds=60), repeatable=True)

    async def _ask(self, document: str, variables: Mapping[str, object] | None, *, repeatable: bool) -> HttpAnswer:
        url = f"https://{self._settings.shop}/admin/api/{VERSION}/graphql.json"
        headers = {"content-type": "application/json", "x-shopify-access-token": await self._token()}
        body = msgspec.json.encode({"query": document, "variables": variables or {}})
        return await self._send(HttpRequest("POST", url, headers, body), repeatable=repeatable)

    async def _send(self, request: HttpRequest, *, repeatable: bool) -> HttpAnswer:
        try:
            return await self._http.send(request)
        except Ambiguous as failure:
            if not repeatable:
                raise
            raise Transient(str(failure)) from None

    async def _token(self) -> str:
        if self._settings.access_token is not None:
            return self._settings.access_token
        now = self._clock.now()
        if self._bought is None or self._bought_until is None or self._bought_until <= now:
            token = await self._buy()
            self._bought = token.access_token
            self._bought_until = now + timedelta(seconds=token.expires_in) - _RENEWED_BEFORE
        return self._bought

    async def _buy(self) -> _Token:
        """A token for the app of the shop's owner. Raises `AuthFailed` where its id or secret are wrong, or the app is not of this shop."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id or "",
            "client_secret": self._settings.client_secret,
        }
        url = f"https://{self._settings.shop}/admin/oauth/access_token"
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        request = HttpRequest("POST", url, headers, urlencode(form).encode())
        answer = await self._send(request, repeatable=True)
        if answer.status == 400:
            raise AuthFailed(f"Shopify gives the app no access: {_reason(answer.body)}")
        if answer.status != 200:
            data_in(answer, repeatable=True)
        try:
            return msgspec.json.decode(answer.body, type=_Token)
        except msgspec.DecodeError:
            raise Transient("what should be an access token is none") from None


def _reason(body: bytes) -> str:
    """The code of an OAuth error, which repeats nothing of what was sent."""
    try:
        return str(msgspec.json.decode(body, type=dict[str, Any]).get("error", "it says no reason"))[:100]
    except msgspec.DecodeError:
        return "it says no reason"
