"""The carrier: the port on a folder. It knows no repeat: what comes twice is two files."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.domain.mail import Mail
from core.plugin.context import PluginContext
from core.plugin.settings import PluginSettings
from core.ports.failures import (
    Ambiguous,
    AuthFailed,
    Misconfigured,
    PermanentlyRejected,
    PortFailure,
    RateLimited,
    Transient,
)


class CarrierSettings(PluginSettings, frozen=True, kw_only=True):
    """`folder` is the carrier."""

    folder: Annotated[str, Meta(min_length=1, title="Folder")]


class Letter(msgspec.Struct, frozen=True):
    """A mail that was taken."""

    id: UUID
    mail: Mail


class MailFolder:
    """The folder as its carrier sees it: mails in the order in which they came, and the trouble that the next meets."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._trouble = folder, folder / "trouble"

    def get_into(self, trouble: type[PortFailure] | None) -> None:
        self._trouble.write_text(trouble.__name__ if trouble else "", "utf-8")

    @property
    def trouble(self) -> str:
        if not self._folder.is_dir():
            raise Misconfigured("there is no such folder")
        return self._trouble.read_text("utf-8") if self._trouble.exists() else ""

    def take(self, letter: Letter) -> None:
        place = len(list(self._folder.glob("*.json")))
        (self._folder / f"{place:06}.json").write_bytes(msgspec.json.encode(letter))

    def letters(self) -> list[Letter]:
        return [msgspec.json.decode(file.read_bytes(), type=Letter) for file in sorted(self._folder.glob("*.json"))]


class FolderCarrier:
    """`MailSender`."""

    def __init__(self, context: PluginContext[CarrierSettings]) -> None:
        self._folder = MailFolder(Path(context.settings.folder))

    async def check(self) -> None:
        self._meet_trouble()

    async def send(self, mail_id: UUID, mail: Mail) -> None:
        self._meet_trouble()
        self._folder.take(Letter(mail_id, mail))
        if self._folder.trouble == "Ambiguous":
            raise Ambiguous("the answer was lost")

    def _meet_trouble(self) -> None:
        troubles: dict[str, PortFailure] = {
            "Transient": Transient("the carrier is closed"),
            "RateLimited": RateLimited(timedelta(seconds=30)),
            "AuthFailed": AuthFailed("the carrier does not know us"),
            "Misconfigured": Misconfigured("the carrier does not know this sender"),
            "PermanentlyRejected": PermanentlyRejected("the carrier refuses this mail"),
        }
        if failure := troubles.get(self._folder.trouble):
            raise failure
