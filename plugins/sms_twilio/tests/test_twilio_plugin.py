"""Twilio keeps what every plugin must."""

from collections.abc import Mapping
from typing import ClassVar

from core.testing.contracts.plugin import PluginContract
from plugins.sms_twilio.tests.fake_twilio import ACCOUNT, KEY, KEY_SECRET, SENDER, TOKEN


class TestPlugin(PluginContract):
    settings: ClassVar[Mapping[str, object]] = {
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "previous_auth_token": "the auth token before it",
        "key_sid": KEY,
        "key_secret": KEY_SECRET,
        "sender": SENDER,
    }
