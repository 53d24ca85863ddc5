"""The way to a supplier: mail, a signed request, or a plugin's."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from adapters.supplier_orders.mail import MailOrdering
from core.commands.supplier_ordering import place_of_secret
from core.domain.errors import DomainError
from core.domain.supplier_ordering import HTTP, MAIL
from core.domain.webhook import key_of
from core.ports.failures import Misconfigured, Transient
from core.ports.mail import MailTransport
from core.ports.order_sendings import DueSending
from core.ports.plugins import Installations, InstallationState, Plugins
from core.ports.sealing import Sealing, Unsealable
from core.ports.supplier import SupplierOrdering

MakeHttpOrdering = Callable[[bytes], SupplierOrdering]
"""A way to hand orders over by http, signed with these bytes."""


@dataclass(frozen=True, slots=True)
class SupplierChannels:
    """Opens the channel of a sending. Without a mail server, what goes by mail waits for one."""

    plugins: Plugins
    installations: Installations
    sealing: Sealing
    http: MakeHttpOrdering
    mail: MailTransport | None = None

    async def open(self, company_id: UUID, due: DueSending) -> SupplierOrdering:
        """Raises `Misconfigured` where there is no such way any more, and `Transient` where it only has to be waited for."""
        if due.channel != due.ordering.channel:
            raise Misconfigured("the supplier does not take its orders this way any more")
        if due.channel == MAIL:
            return self._by_mail()
        if due.channel == HTTP:
            return self.http(self._key(company_id, due))
        return await self._by_plugin(company_id, due.channel)

    def _by_mail(self) -> SupplierOrdering:
        if self.mail is None:
            raise Transient("no mail server is set")
        return MailOrdering(self.mail)

    def _key(self, company_id: UUID, due: DueSending) -> bytes:
        place = place_of_secret(due.supplier, company_id)
        try:
            return key_of(self.sealing.open(due.ordering.sealed_secret or "", place).decode())
        except Unsealable:
            raise Transient("the key that sealed its secret is missing") from None

    async def _by_plugin(self, company_id: UUID, plugin_id: str) -> SupplierOrdering:
        installed = await self.installations.find(company_id, plugin_id)
        if installed is None or installed.state is InstallationState.DISABLED:
            raise Misconfigured(f"the plugin {plugin_id} is not switched on")
        if installed.state is InstallationState.PAUSED:
            raise Transient(f"the plugin {plugin_id} is paused")
        try:
            ordering = self.plugins.open(plugin_id, company_id, installed.settings).supplier_ordering
        except DomainError as error:
            raise Misconfigured(str(error)) from error
        if ordering is None:
            raise Misconfigured(f"the plugin {plugin_id} hands no orders over")
        return ordering
