"""The plugin at work on the real shop."""

from dataclasses import replace
from typing import Any

from core.ports.failures import Ambiguous, AuthFailed, PortFailure, RateLimited, Transient
from core.ports.http import HttpAnswer, HttpRequest
from core.testing.live_http import LiveHttp
from core.testing.plugin_context import plugin_context
from ecommerce_vendure.settings import VendureSettings
from ecommerce_vendure.storefront import VendureStorefront

from .shop import LOCATION, RealShop

SHOP = "https://shop.example.org"


class WayToVendure:
    """`HttpClient` that leads to the server on this machine, and that lets a call go wrong as it does on the way to a shop."""

    def __init__(self, server_url: str) -> None:
        self._url = server_url
        self.failure: type[PortFailure] | None = None

    async def send(self, request: HttpRequest) -> HttpAnswer:
        headers = dict(request.headers)
        if self.failure is RateLimited:
            return HttpAnswer(429, {"retry-after": "7"}, b"")
        if self.failure is Transient:
            return HttpAnswer(503, {}, b"<html>closed</html>")
        if self.failure is AuthFailed:
            headers["vendure-api-key"] = "0123456789abcdef:another"
        url = request.url.replace(SHOP, self._url, 1)
        answer = await LiveHttp().send(replace(request, url=url, headers=headers))
        if self.failure is Ambiguous and b'"query":"\\nmutation' in request.body:
            raise Ambiguous("the answer was lost")
        return answer


def settings(shop: RealShop, **more: Any) -> VendureSettings:
    given = {"address": f"{SHOP}/admin-api", "api_key": shop.api_key, "locations": {"UIO": LOCATION}}
    return VendureSettings(**{**given, **more})


def storefront_of(shop: RealShop, way: WayToVendure, **more: Any) -> VendureStorefront:
    return VendureStorefront(plugin_context(settings(shop, **more), way))
