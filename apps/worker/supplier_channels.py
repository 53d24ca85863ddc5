"""The way to a supplier: mail, a signed request, or a plugin's."""

from dataclasses import dataclass
from uuid import UUID

from adapters.supplier_orders.mail import MailOrdering
from core.commands.mail_senders import MailSenders
from core.commands.plugin_work import AtWork, PluginWork
from core.commands.supplier_ordering import place_of_secret
from core.domain.supplier_ordering import HTTP, MAIL
from core.ports.failures import Misconfigured, Transient
from core.ports.order_sendings import DueSending
from core.ports.sealing import Sealing, Unsealable
from core.ports.supplier import Acceptance, OutgoingOrder, SupplierOrdering

SECONDS = 50.0  # in which a plugin must have taken an order; less than whoever waits for it has


@dataclass(frozen=True, slots=True)
class WatchedOrdering:
    """A plugin's way to suppliers, which answers in time or fails; how it fares is put down to the plugin."""

    at_work: AtWork
    ordering: SupplierOrdering

    async def deliver(self, order: OutgoingOrder) -> Acceptance:
        return await self.at_work.ask(lambda: self.ordering.deliver(order), SECONDS)


@dataclass(frozen=True, slots=True)
class SupplierChannels:
    """Opens the channel of a sending. What goes by mail while nothing carries the company's mails waits."""

    work: PluginWork
    sealing: Sealing
    mail: MailSenders

    async def open(self, company_id: UUID, due: DueSending) -> SupplierOrdering:
        """Raises `Misconfigured` where there is no such way any more, and `Transient` where it only has to be waited for."""
        if due.channel != due.ordering.channel:
            raise Misconfigured("the supplier does not take its orders this way any more")
        if due.channel == MAIL:
            return MailOrdering(await self.mail.of(company_id))
        if due.channel == HTTP:
            return self._signed(company_id, self._secret(company_id, due))
        return await self._by_plugin(company_id, due.channel)

    def _secret(self, company_id: UUID, due: DueSending) -> str:
        place = place_of_secret(due.supplier, company_id)
        try:
            return self.sealing.open(due.ordering.sealed_secret or "", place).decode()
        except Unsealable:
            raise Transient("the key that sealed its secret is missing") from None

    def _signed(self, company_id: UUID, secret: str) -> SupplierOrdering:
        """What is built in: it is always at work, its settings are the supplier's, and one supplier's server says nothing of another's."""
        ordering = self.work.plugins.open(HTTP, company_id, {"secret": secret}).supplier_ordering
        if ordering is None:
            raise Misconfigured("nothing hands orders over by http here")
        return ordering

    async def _by_plugin(self, company_id: UUID, plugin_id: str) -> SupplierOrdering:
        at_work = await self.work.open(company_id, plugin_id)
        if at_work.plugin.supplier_ordering is None:
            raise Misconfigured(f"the plugin {plugin_id} hands no orders over")
        return WatchedOrdering(at_work, at_work.plugin.supplier_ordering)
