"""The plugin keeps the contracts of Pirwa, with a carrier that answers as the real one does."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.notification import MessageSender
from core.testing.contracts.message_sender import UNKNOWN, MessageSenderContract
from core.testing.contracts.message_sender import Carrier as CarrierSide
from core.testing.contracts.plugin import PluginContract
from core.testing.plugin_context import Answering, plugin_context
from new_plugin.carrier import Carrier
from new_plugin.settings import CarrierSettings

from .fake_carrier import TOKEN, FakeCarrier

SETTINGS: Mapping[str, Any] = {"sender": "Andina", "token": TOKEN}
STATUSES: Mapping[type[PortFailure] | None, int] = {None: 0, AuthFailed: 401, RateLimited: 429, Transient: 503}


class CarrierAtHand:
    """A carrier, and the sender that speaks to it."""

    def __init__(self) -> None:
        self._carrier = FakeCarrier({UNKNOWN})

    @property
    def sender(self) -> MessageSender:
        return Carrier(plugin_context(CarrierSettings(**SETTINGS), Answering(self._carrier.answer)))

    def took(self) -> Sequence[tuple[str, str]]:
        return [(message["to"], message["text"]) for message in self._carrier.messages.values()]

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._carrier.trouble = STATUSES[failure]


class TestSender(MessageSenderContract):
    @pytest.fixture
    def carrier(self) -> CarrierSide:
        return CarrierAtHand()


class TestPlugin(PluginContract):
    settings = SETTINGS
