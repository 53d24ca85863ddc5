"""The carriers of the tests keep the contract that real ones must keep."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.notification import MessageSender
from core.testing.contracts.message_sender import UNKNOWN, Carrier, MessageSenderContract
from core.testing.fakes.message_sender import InMemoryMessageSender
from core.testing.plugin_context import plugin_context
from tests.plugins.sms_folder.src.sms_folder.carrier import CarrierSettings, FolderCarrier, Outbox


class CarrierInMemory:
    def __init__(self) -> None:
        self._fake = InMemoryMessageSender()
        self._fake.unknown = {UNKNOWN}

    @property
    def sender(self) -> MessageSender:
        return self._fake

    def took(self) -> Sequence[tuple[str, str]]:
        return list(self._fake.sent.values())

    def refuse(self, failure: type[PortFailure] | None) -> None:
        troubles = {AuthFailed: AuthFailed("who?"), RateLimited: RateLimited(timedelta(seconds=2))}
        self._fake.trouble = troubles.get(failure, Transient("closed")) if failure else None


class CarrierInFolder:
    _TROUBLES: Mapping[type[PortFailure] | None, str] = {
        None: "",
        AuthFailed: "access",
        RateLimited: "busy",
        Transient: "down",
    }

    def __init__(self, folder: Path) -> None:
        self._outbox = Outbox(folder)
        self._sender = FolderCarrier(plugin_context(CarrierSettings(folder=str(folder))))

    @property
    def sender(self) -> MessageSender:
        return self._sender

    def took(self) -> Sequence[tuple[str, str]]:
        return [(message.to, message.text) for message in self._outbox.messages()]

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._outbox.get_into(self._TROUBLES[failure])


class TestInMemory(MessageSenderContract):
    @pytest.fixture
    def carrier(self) -> Carrier:
        return CarrierInMemory()


class TestInFolder(MessageSenderContract):
    @pytest.fixture
    def carrier(self, tmp_path: Path) -> Carrier:
        return CarrierInFolder(tmp_path)
