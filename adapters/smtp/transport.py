"""`MailSender` by SMTP."""

import ssl
from uuid import UUID

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from adapters.smtp.message import address_of_sender, message_of
from adapters.smtp.server import Security, SmtpServer
from core.ports.failures import Ambiguous, AuthFailed, Misconfigured, PermanentlyRejected, PortFailure, Transient
from core.ports.mail import Mail

STEP_SECONDS = 20.0
"""In which the server must answer each command."""

_FOR_GOOD = range(500, 600)
_WHO_ARE_WE = (530, 534, 535, 538)  # RFC 4954


class SmtpTransport:
    """A connection for each mail. `tls` replaces the certificate authorities of this machine."""

    def __init__(self, server: SmtpServer, sender: str, *, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._sender = address_of_sender(sender)
        self._tls = tls or ssl.create_default_context()

    async def send(self, mail_id: UUID, mail: Mail) -> None:
        message = message_of(mail_id, mail, self._sender).as_bytes()
        is_under_way = False
        try:
            async with self._client() as client:
                await client.mail(self._sender.addr_spec)
                await client.rcpt(mail.to)
                is_under_way = True
                await client.data(message)
                is_under_way = False
        except (SMTPException, OSError) as error:
            if is_under_way and _refusal(error) is None:
                raise Ambiguous("the mail server was gone before it had taken the mail, or said so") from None
            raise _failure(error) from None  # the server's words may name the reader, or us

    async def check(self) -> None:
        """Connects, and signs in where a user is set."""
        try:
            async with self._client() as client:
                await client.mail(self._sender.addr_spec)
                await client.rset()
        except (SMTPException, OSError) as error:
            raise _failure(error) from None

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password if server.user is not None else None,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._tls,
            timeout=STEP_SECONDS,
        )


def _failure(error: SMTPException | OSError) -> PortFailure:
    """The kind of failure, in words of our own."""
    refusal = _refusal(error)
    if refusal is not None:
        return _refused(refusal)
    if isinstance(error, ssl.SSLError):
        return Misconfigured("the mail server has no certificate that we trust")
    if isinstance(error, SMTPNotSupported) or type(error) is SMTPException:
        return Misconfigured("the mail server does not offer encryption or sign-in as they are set")
    return Transient(f"the mail server cannot be reached ({type(error).__name__})")


def _refusal(error: SMTPException | OSError) -> SMTPResponseException | None:
    """The answer by which the server refused."""
    if isinstance(error, SMTPRecipientsRefused):
        return error.recipients[0]
    return error if isinstance(error, SMTPResponseException) else None


def _refused(refusal: SMTPResponseException) -> PortFailure:
    code = refusal.code
    if code in _WHO_ARE_WE:
        return AuthFailed(f"the mail server does not accept our credentials ({code})")
    if code not in _FOR_GOOD:
        return Transient(f"the mail server asks to try again later ({code})")
    if isinstance(refusal, SMTPRecipientRefused | SMTPDataError):
        return PermanentlyRejected(f"the mail server refuses this mail for good ({code})")
    if isinstance(refusal, SMTPAuthenticationError):
        return AuthFailed(f"the mail server does not accept our credentials ({code})")
    return Misconfigured(f"the mail server refuses our mails ({code})")
