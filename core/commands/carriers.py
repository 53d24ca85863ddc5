"""Who sends a company's text messages."""

from dataclasses import dataclass
from uuid import UUID

from core.commands.plugin_work import AtWork, PluginWork
from core.ports.failures import Misconfigured
from core.ports.notification import MessageSender

SEND_SECONDS = 30.0  # in which a carrier must have taken a message


@dataclass(frozen=True, slots=True)
class WatchedSender:
    """A plugin's sender, which answers in time or fails; how it fares is put down to the plugin."""

    at_work: AtWork
    sender: MessageSender

    @property
    def plugin_id(self) -> str:
        return self.at_work.plugin_id

    @property
    def is_trial(self) -> bool:
        """Whether it may be asked for one message only."""
        return self.at_work.is_trial

    async def check(self) -> None:
        await self.at_work.ask(self.sender.check, SEND_SECONDS)

    async def send(self, to: str, text: str, key: str) -> str:
        return str(await self.at_work.ask(lambda: self.sender.send(to, text, key), SEND_SECONDS))


@dataclass(frozen=True, slots=True)
class Carriers:
    """The plugins that bring a carrier, where companies have switched them on."""

    work: PluginWork

    async def of(self, company_id: UUID) -> WatchedSender:
        """The first, by its id, that is at work for the company. Raises `Misconfigured` where none is, and as `PluginWork.open`."""
        for plugin_id in sorted(self.work.plugins.message_senders()):
            found = await self.work.installations.find(company_id, plugin_id)
            if found is None or not found.is_at_work:
                continue
            at_work = await self.work.open(company_id, plugin_id)
            if at_work.plugin.message_sender is not None:
                return WatchedSender(at_work, at_work.plugin.message_sender)
        raise Misconfigured("no plugin that sends text messages is at work")
