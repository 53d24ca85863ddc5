"""The plugin at work on a shop."""

from typing import Any

from core.ports.http import HttpClient
from core.testing.plugin_context import plugin_context
from ecommerce_vendure.settings import VendureSettings
from ecommerce_vendure.storefront import VendureStorefront

from .fake_vendure.server import API_KEY

ADDRESS = "https://shop.example.org/admin-api"


def settings(**more: Any) -> VendureSettings:
    return VendureSettings(**{"address": ADDRESS, "api_key": API_KEY, "locations": {"UIO": "1"}, **more})


def storefront_of(http: HttpClient, **more: Any) -> VendureStorefront:
    return VendureStorefront(plugin_context(settings(**more), http))
