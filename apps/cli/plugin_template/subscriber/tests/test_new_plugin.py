"""The plugin keeps the contracts of Pirwa, with a chat that answers as the real one does."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from core.domain.events import Event
from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.plugins import Reaction
from core.testing.contracts.plugin import PluginContract
from core.testing.contracts.reaction import Audience, ReactionContract
from core.testing.plugin_context import Answering, plugin_context
from new_plugin.reaction import TellTheChat
from new_plugin.settings import ChatSettings

from .fake_chat import TOKEN, FakeChat

SETTINGS: Mapping[str, Any] = {"room": "warehouse", "token": TOKEN}
STATUSES: Mapping[type[PortFailure] | None, int] = {None: 0, AuthFailed: 401, RateLimited: 429, Transient: 503}


class ChatAtHand:
    """A chat, and the reaction that speaks to it."""

    def __init__(self) -> None:
        self._chat = FakeChat()

    @property
    def reaction(self) -> Reaction:
        return TellTheChat(plugin_context(ChatSettings(**SETTINGS), Answering(self._chat.answer)))

    def event(self, number: int) -> Event:
        subject = UUID(int=100 + number)
        return Event(UUID(int=number), number, "low_stock", "product", subject, datetime(2026, 11, 1, tzinfo=UTC), {})

    def heard(self) -> Sequence[str]:
        return list(self._chat.lines.values())

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._chat.trouble = STATUSES[failure]


class TestReaction(ReactionContract):
    @pytest.fixture
    def audience(self) -> Audience:
        return ChatAtHand()


class TestPlugin(PluginContract):
    settings = SETTINGS
