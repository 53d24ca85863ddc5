"""What an administrator says of the company's account at the carrier of mails."""

from typing import Annotated

from msgspec import Meta

from core.plugin.settings import PluginSettings, Secret


class PostSettings(PluginSettings, frozen=True, kw_only=True):
    """From whom mails come, and how the carrier knows us."""

    sender: Annotated[str, Meta(title="Address that mails come from", pattern=r"^[^@\s]+@[^@\s]+$")]
    token: Annotated[Secret, Meta(title="Access token")]
