"""What an administrator says of the company's account at the carrier."""

from typing import Annotated

from msgspec import Meta

from core.plugin.settings import PluginSettings, Secret


class CarrierSettings(PluginSettings, frozen=True, kw_only=True):
    """Who sends, and how the carrier knows us."""

    sender: Annotated[str, Meta(title="Sender that readers see", min_length=1, max_length=11)]
    token: Annotated[Secret, Meta(title="Access token")]
