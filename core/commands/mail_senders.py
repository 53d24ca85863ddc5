"""Who carries a company's mails."""

from dataclasses import dataclass
from uuid import UUID

from core.commands.plugin_work import AtWork, PluginWork
from core.ports.failures import AuthFailed, Misconfigured, PermanentlyRejected, Transient
from core.ports.incoming import MessageState
from core.ports.mail import Mail, MailSender, MailTransport
from core.ports.mail_reports import MailHistories
from core.ports.plugins import Plugins

SECONDS = 50.0  # in which a plugin must have taken a mail; less than whoever waits for it has
NOT_ARRIVED = "its carrier reported that it did not arrive"


def senders_of_companies(plugins: Plugins) -> frozenset[str]:
    """The plugins that carry mails for companies that switch them on. What is built in carries those of the server."""
    return frozenset(one for one in plugins.mail_senders() if not plugins.info(one).is_built_in)


@dataclass(frozen=True, slots=True)
class OwnSender:
    """A plugin's sender, which answers in time or fails; how it fares is put down to the plugin, and one that cannot work before somebody
    has seen to it is paused."""

    at_work: AtWork
    sender: MailSender

    @property
    def is_trial(self) -> bool:
        """Whether it may be asked for one mail only."""
        return self.at_work.is_trial

    async def send(self, mail_id: UUID, mail: Mail) -> None:
        try:
            await self.at_work.answer(self.sender.send(mail_id, mail), SECONDS)
        except (AuthFailed, Misconfigured) as error:
            installations = self.at_work.work.installations
            await installations.pause(self.at_work.company_id, self.at_work.plugin_id, str(error))
            raise


@dataclass(frozen=True, slots=True)
class CompanyMail:
    """Hands over what no carrier has reported of yet: a try whose answer was lost is not repeated once the mail is known to be on its
    way. Nothing goes to an address that is blocked."""

    company_id: UUID
    histories: MailHistories
    transport: MailTransport

    async def send(self, mail_id: UUID, mail: Mail) -> None:
        history = await self.histories.of(self.company_id, mail_id, mail.to)
        if history.reported is MessageState.FAILED:
            raise PermanentlyRejected(NOT_ARRIVED)
        if history.reported is not None:
            return
        if history.block is not None:
            raise PermanentlyRejected(f"mail to this address is blocked: {history.block}")
        await self.transport.send(mail_id, mail)


@dataclass(frozen=True, slots=True)
class MailSenders:
    """The plugins that carry mails, where companies have switched them on, and the server's own sender for all others. It also steps in
    for a plugin that is paused: that one took nothing of what waits, and news and orders are worth more than their sender's address."""

    work: PluginWork
    histories: MailHistories
    server: MailTransport | None

    async def of(self, company_id: UUID) -> MailTransport:
        """Carries the company's mails at this moment. Raises `Transient` where nothing does, and as `own`."""
        carrier = await self.own(company_id) or self.server
        if carrier is None:
            raise Transient("no mail server is set")
        return self.known(company_id, carrier)

    async def own(self, company_id: UUID) -> OwnSender | None:
        """The first plugin, by its id, that is at work for the company, if one is. One that cannot work with its settings is paused.
        Raises `Resting` and `Transient` as `PluginWork.open`: what it should carry waits."""
        for plugin_id in sorted(senders_of_companies(self.work.plugins)):
            installed = await self.work.installations.find(company_id, plugin_id)
            if installed is None or not installed.is_at_work:
                continue
            if sender := await self._opened(company_id, plugin_id):
                return sender
        return None

    def known(self, company_id: UUID, carrier: MailTransport) -> CompanyMail:
        """The same carrier, for mails that wait to be carried."""
        return CompanyMail(company_id, self.histories, carrier)

    async def _opened(self, company_id: UUID, plugin_id: str) -> OwnSender | None:
        try:
            at_work = await self.work.open(company_id, plugin_id)
        except Misconfigured as error:
            await self.work.installations.pause(company_id, plugin_id, str(error))
            return None
        sender = at_work.plugin.mail_sender
        return OwnSender(at_work, sender) if sender else None
