"""The carrier: the port on a folder. A message is a file that bears its key, so one that comes again is known."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from core.plugin.context import PluginContext
from core.plugin.settings import PluginSettings, Secret
from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    OptedOut,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)


class CarrierSettings(PluginSettings, frozen=True, kw_only=True):
    """`folder` is the carrier; it signs what it tells with the secret."""

    folder: Annotated[str, Meta(min_length=1, title="Folder")]
    secret: Annotated[Secret | None, Meta(title="Secret")] = None


class Message(msgspec.Struct, frozen=True):
    """A text on its way to a number."""

    key: str
    to: str
    text: str


class Outbox:
    """The folder as its carrier sees it: messages in the order in which they came, calls, and the trouble that the next meets."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._trouble, self._calls = folder, folder / "trouble", folder / "calls"

    def get_into(self, trouble: str) -> None:
        self._trouble.write_text(trouble, "utf-8")

    @property
    def trouble(self) -> str:
        if not self._folder.is_dir():
            raise Misconfigured("there is no such folder")
        return self._trouble.read_text("utf-8") if self._trouble.exists() else ""

    def take(self, message: Message) -> None:
        with self._calls.open("a", encoding="utf-8") as calls:
            calls.write(f"{message.key}\n")
        file = self._folder / f"{message.key}.json"
        if not file.exists():
            file.write_bytes(msgspec.json.encode(message))

    def messages(self) -> list[Message]:
        files = sorted(self._folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
        return [msgspec.json.decode(file.read_bytes(), type=Message) for file in files]

    def calls(self) -> list[str]:
        """The key of every message, however often it came."""
        return self._calls.read_text("utf-8").splitlines() if self._calls.exists() else []


class FolderCarrier:
    """`MessageSender`."""

    def __init__(self, context: PluginContext[CarrierSettings]) -> None:
        self._outbox = Outbox(Path(context.settings.folder))

    async def check(self) -> None:
        self._meet_trouble()

    async def send(self, to: str, text: str, key: str) -> str:
        self._meet_trouble()
        if to.endswith("000000"):
            raise PermanentlyRejected("no such number")
        if self._outbox.trouble == "hangs":
            await asyncio.Event().wait()
        if self._outbox.trouble == "stop":
            raise OptedOut("whoever has the number wants no more")
        self._outbox.take(Message(key, to, text))
        if self._outbox.trouble == "lost answer":
            raise Ambiguous("the answer was lost")
        return f"folder-{key}"

    def _meet_trouble(self) -> None:
        troubles: dict[str, PortFailure] = {
            "down": Transient("the carrier is closed"),
            "busy": RateLimited(timedelta(seconds=30)),
            "access": AuthFailed("the carrier does not know us"),
        }
        if failure := troubles.get(self._outbox.trouble):
            raise failure
