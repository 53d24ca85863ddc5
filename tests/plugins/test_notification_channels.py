"""The channels of the tests keep the contract that real ones must keep."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from core.ports.failures import AuthFailed, PortFailure, RateLimited, Transient
from core.ports.notices import NotificationChannel
from core.testing.contracts.notification_channel import NotificationChannelContract, Room
from core.testing.plugin_context import plugin_context
from tests.plugins.chat_folder.src.chat_folder.room import FolderRoom, RoomSettings, Wall


class RoomInFolder:
    _TROUBLES: Mapping[type[PortFailure] | None, str] = {
        None: "",
        AuthFailed: "access",
        RateLimited: "busy",
        Transient: "down",
    }

    def __init__(self, folder: Path) -> None:
        self._wall = Wall(folder)
        self._channel = FolderRoom(plugin_context(RoomSettings(folder=str(folder))))

    @property
    def channel(self) -> NotificationChannel:
        return self._channel

    def heard(self) -> Sequence[str]:
        return [line.text for line in self._wall.lines()]

    def refuse(self, failure: type[PortFailure] | None) -> None:
        self._wall.get_into(self._TROUBLES[failure])


class TestInFolder(NotificationChannelContract):
    @pytest.fixture
    def room(self, tmp_path: Path) -> Room:
        return RoomInFolder(tmp_path)
