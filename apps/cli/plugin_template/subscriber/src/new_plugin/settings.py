"""What an administrator says of the chat."""

from typing import Annotated

from msgspec import Meta

from core.plugin.settings import PluginSettings, Secret


class ChatSettings(PluginSettings, frozen=True, kw_only=True):
    """Where the news goes, and how the chat knows us."""

    room: Annotated[str, Meta(title="Room", min_length=1, max_length=80)]
    token: Annotated[Secret, Meta(title="Access token")]
