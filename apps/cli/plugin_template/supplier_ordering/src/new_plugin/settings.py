"""What an administrator says of the company's account at the exchange that brings orders to suppliers."""

from typing import Annotated

from msgspec import Meta

from core.plugin.settings import PluginSettings, Secret


class ExchangeSettings(PluginSettings, frozen=True, kw_only=True):
    """How the exchange knows us."""

    token: Annotated[Secret, Meta(title="Access token")]
