"""The room: a file of lines, each with the name of its notice, so that one that comes again is known."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from core.plugin.context import PluginContext
from core.plugin.settings import PluginSettings
from core.ports.failures import Ambiguous, AuthFailed, PermanentlyRejected, PortFailure, RateLimited, Transient
from core.ports.notices import Notice


class RoomSettings(PluginSettings, frozen=True, kw_only=True):
    """`folder` is the room."""

    folder: Annotated[str, Meta(min_length=1, title="Folder")]


class Line(msgspec.Struct, frozen=True):
    """What was said, and in which call."""

    id: str
    text: str
    call: int


class Wall:
    """The folder as those see it who read there. `poison` is a word that it never takes."""

    def __init__(self, folder: Path) -> None:
        self._lines, self._trouble, self._poison = folder / "lines", folder / "trouble", folder / "poison"

    def get_into(self, trouble: str) -> None:
        self._trouble.write_text(trouble, "utf-8")

    def never_take(self, word: str) -> None:
        self._poison.write_text(word, "utf-8")

    @property
    def trouble(self) -> str:
        return self._trouble.read_text("utf-8") if self._trouble.exists() else ""

    @property
    def poison(self) -> str | None:
        return self._poison.read_text("utf-8") if self._poison.exists() else None

    def lines(self) -> list[Line]:
        written = self._lines.read_bytes().splitlines() if self._lines.exists() else []
        return [msgspec.json.decode(line, type=Line) for line in written]

    def write(self, notices: Sequence[Notice]) -> None:
        there = self.lines()
        known, call = {line.id for line in there}, max((line.call for line in there), default=0) + 1
        new = [one for one in notices if str(one.news.event_id) not in known]
        with self._lines.open("ab") as file:
            for one in new:
                file.write(msgspec.json.encode(Line(str(one.news.event_id), one.text, call)) + b"\n")


class FolderRoom:
    """`NotificationChannel`."""

    def __init__(self, context: PluginContext[RoomSettings]) -> None:
        self._wall = Wall(Path(context.settings.folder))

    async def carry(self, notices: Sequence[Notice]) -> None:
        troubles: dict[str, PortFailure] = {
            "down": Transient("the room is closed"),
            "busy": RateLimited(timedelta(seconds=30)),
            "access": AuthFailed("the room does not know us"),
        }
        if failure := troubles.get(self._wall.trouble):
            raise failure
        if (poison := self._wall.poison) and any(poison in one.text for one in notices):
            raise PermanentlyRejected("the room takes no such words") if len(notices) == 1 else Transient("some of it")
        self._wall.write(notices)
        if self._wall.trouble == "lost answer":
            raise Ambiguous("the answer was lost")
