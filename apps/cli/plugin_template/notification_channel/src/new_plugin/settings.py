"""What an administrator says of the chat."""

from typing import Annotated

from msgspec import Meta

from core.domain.notification import NotificationKind
from core.plugin.settings import PluginSettings, Secret


class ChatSettings(PluginSettings, frozen=True, kw_only=True):
    """Where the news goes, how the chat knows us, and which kinds of news are told there: all of them, where none is named."""

    room: Annotated[str, Meta(title="Room", min_length=1, max_length=80)]
    token: Annotated[Secret, Meta(title="Access token")]
    kinds: Annotated[tuple[NotificationKind, ...], Meta(title="Kinds of news")] = ()
