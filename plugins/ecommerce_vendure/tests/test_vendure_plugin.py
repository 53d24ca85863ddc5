"""What every plugin does."""

from collections.abc import Mapping
from typing import ClassVar

from core.testing.contracts.plugin import PluginContract

from .fake_vendure.server import API_KEY

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BEFORE = "whsec_dGhlIHNlY3JldCBvZiBiZWZvcmU="


class TestVendure(PluginContract):
    settings: ClassVar[Mapping[str, object]] = {
        "address": "https://shop.example.org/admin-api",
        "api_key": API_KEY,
        "channel": "the-outlet",
        "currency": "EUR",
        "barcode_field": "gtin",
        "webhook_secret": SECRET,
        "previous_webhook_secret": BEFORE,
        "locations": {"UIO": "1"},
    }
