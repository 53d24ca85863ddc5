"""The server's own mail server. It is built in and registered like any plugin, but the operator sets it up and no company switches it on."""

from typing import Annotated

from msgspec import Meta

from adapters.smtp.message import address_of_sender
from adapters.smtp.server import read_server
from core.plugin.context import PluginContext, RegisterMailSender
from core.plugin.hookspecs import hookimpl
from core.plugin.manifest import Manifest
from core.plugin.settings import PluginSettings, Secret
from core.ports.mail import MailSender

SMTP = "smtp"
MANIFEST = Manifest(id=SMTP, title="Mails by the server's own mail server", kind="mail_sender", core=">=0.1")


class SmtpSettings(PluginSettings, frozen=True, kw_only=True):
    """`url` as `read_server` reads it; mails come from the `sender`."""

    url: Annotated[Secret, Meta(title="Mail server")]
    sender: Annotated[str, Meta(title="Sender's address")]

    def __post_init__(self) -> None:
        read_server(self.url)
        address_of_sender(self.sender)


@hookimpl
def register_mail_senders(register: RegisterMailSender) -> None:
    register(SMTP, SmtpSettings, _sender)


def _sender(context: PluginContext[SmtpSettings]) -> MailSender:
    from adapters.smtp.transport import SmtpTransport  # the web process sends nothing, and does without its library

    return SmtpTransport(read_server(context.settings.url), context.settings.sender)
