"""The plugin at work on a fake of the account."""

from typing import Any

from core.plugin.context import PluginContext
from core.testing.plugin_context import Answering, plugin_context
from email_sendgrid.settings import SendGridSettings

from .fake_sendgrid import KEY, SENDER, FakeSendGrid


def settings_of(**more: Any) -> SendGridSettings:
    return SendGridSettings(api_key=KEY, sender=SENDER, sender_name="Andina", **more)


def connected(fake: FakeSendGrid, **more: Any) -> PluginContext[SendGridSettings]:
    return plugin_context(settings_of(**more), Answering(fake.answer))
