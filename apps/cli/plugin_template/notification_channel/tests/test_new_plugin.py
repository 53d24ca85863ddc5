"""The plugin keeps the contracts of Pirwa, with a chat that answers as the real one does."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.domain.notification import NotificationKind
from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.notices import NotificationChannel
from core.testing.contracts.notification_channel import NotificationChannelContract, Room, notice
from core.testing.contracts.plugin import PluginContract
from core.testing.plugin_context import Answering, plugin_context
from new_plugin.room import ChatRoom
from new_plugin.settings import ChatSettings

from .fake_chat import TOKEN, FakeChat

pytestmark = pytest.mark.anyio

SETTINGS: Mapping[str, Any] = {"room": "warehouse", "token": TOKEN}
STATUSES: Mapping[type[PortFailure] | None, int] = {None: 0, AuthFailed: 401, RateLimited: 429, Transient: 503}


class ChatAtHand:
    """A chat, and the channel that speaks to it."""

    def __init__(self, *kinds: NotificationKind) -> None:
        self._chat = FakeChat()
        settings = ChatSettings(**SETTINGS, kinds=kinds)
        self._channel = ChatRoom(plugin_context(settings, Answering(self._chat.answer)))

    @property
    def channel(self) -> NotificationChannel:
        return self._channel

    def heard(self) -> Sequence[str]:
        return list(self._chat.lines.values())

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._chat.trouble = STATUSES[failure]


class TestChannel(NotificationChannelContract):
    @pytest.fixture
    def room(self) -> Room:
        return ChatAtHand()


async def test_only_the_kinds_that_are_wanted_are_told() -> None:
    chat = ChatAtHand(NotificationKind.OUT_OF_STOCK)
    await chat.channel.carry([notice(1)])
    assert chat.heard() == []


class TestPlugin(PluginContract):
    settings = SETTINGS
