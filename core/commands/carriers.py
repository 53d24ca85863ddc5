"""Who sends a company's text messages."""

from dataclasses import dataclass
from uuid import UUID

from core.ports.failures import Misconfigured
from core.ports.notification import MessageSender
from core.ports.plugins import Installations, Plugins


@dataclass(frozen=True, slots=True)
class Carriers:
    """The plugins that bring a carrier, where companies have switched them on."""

    plugins: Plugins
    installations: Installations

    async def of(self, company_id: UUID) -> tuple[str, MessageSender]:
        """The first, by its id, that is at work for the company. Raises `Misconfigured` where none is, and what `Plugins.open`
        raises."""
        for plugin_id in sorted(self.plugins.message_senders()):
            found = await self.installations.find(company_id, plugin_id)
            if found is None or not found.is_at_work:
                continue
            sender = self.plugins.open(plugin_id, company_id, found.settings).message_sender
            if sender is not None:
                return plugin_id, sender
        raise Misconfigured("no plugin that sends text messages is at work")
