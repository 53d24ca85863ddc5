"""A mail as it travels (RFC 5322)."""

from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from core.ports.failures import PermanentlyRejected
from core.ports.mail import Mail

SENDER_NAME = "Pirwa"


def message_of(mail_id: UUID, mail: Mail, sender: Address) -> EmailMessage:
    """The message. Made again of the same id it is the same, date and Message-ID included. Raises `PermanentlyRejected` where an
    address cannot be written in a header."""
    message = EmailMessage(policy=SMTP)
    message["Date"] = _made_at(mail_id)
    message["From"] = sender
    message["To"] = _address(mail.to)
    if mail.reply_to is not None:
        message["Reply-To"] = _address(mail.reply_to)
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text, charset="utf-8", cte="quoted-printable")
    for file in mail.files:
        kind, _, form = file.media_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=form, filename=file.name)
    if mail.files:
        message.set_boundary(f"=_{mail_id.hex}")
    return message


def address_of_sender(address: str) -> Address:
    """The sender with our name. Raises ValueError for what is no mail address."""
    try:
        sender = Address(SENDER_NAME, addr_spec=address)
    except (MessageError, ValueError, IndexError):
        raise ValueError("the sender of our mails must be a mail address") from None
    if not (sender.domain and address.isascii()):
        raise ValueError("the sender of our mails must be a mail address in ASCII")
    return sender


def _address(text: str) -> Address:
    """One address and nothing else: no list, no comment, no display name. Those beyond ASCII few servers take."""
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        raise PermanentlyRejected("an address cannot be written in a mail") from None
    if not (address.domain and text.isascii() and address.addr_spec == text):
        raise PermanentlyRejected("an address cannot be written in a mail")
    return address


def _made_at(mail_id: UUID) -> datetime:
    """A UUID of version 7 begins with the millisecond of its making."""
    return datetime.fromtimestamp((mail_id.int >> 80) / 1000, UTC).replace(microsecond=0)
