"""`SupplierOrdering` by mail: a letter with the order as a PDF."""

from core.domain.letters import Letter, language_of, letter
from core.ports.failures import AuthFailed, Misconfigured, Transient
from core.ports.mail import Mail, MailFile, MailTransport
from core.ports.supplier import Acceptance, OutgoingOrder

_FILE_NAMES = {"es": "orden-de-compra", "en": "purchase-order"}


class MailOrdering:
    """Hands the mail to the server. A repeat has the same Message-ID and is the same in every byte, by which whoever reads it can tell;
    whether a server drops it is up to that server."""

    def __init__(self, transport: MailTransport) -> None:
        self._transport = transport

    async def deliver(self, order: OutgoingOrder) -> Acceptance:
        try:
            await self._transport.send(order.id, _mail(order))
        except (AuthFailed, Misconfigured) as error:
            raise Transient(str(error)) from error  # of our own mail server, which is no fault of the order
        return Acceptance()


def _mail(order: OutgoingOrder) -> Mail:
    document = order.document
    buyer = document.buyer
    words = letter(
        Letter.PURCHASE_ORDER,
        document.locale,
        order.address,
        reply_to=buyer.email or None,
        company=buyer.company,
        number=document.number,
        site=buyer.site_name,
        person=buyer.person,
    )
    name = f"{_FILE_NAMES[language_of(document.locale)]}-{document.number}.pdf"
    return Mail(words.to, words.subject, words.text, words.reply_to, (MailFile(name, "application/pdf", order.pdf),))
