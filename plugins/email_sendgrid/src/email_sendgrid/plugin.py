"""What the plugin brings."""

from core.plugin.context import RegisterMailSender, RegisterWebhookReceiver
from core.plugin.hookspecs import hookimpl

from .carrier import SendGridSender
from .settings import SendGridSettings
from .webhooks import SendGridEvents


@hookimpl
def register_mail_senders(register: RegisterMailSender) -> None:
    register("mail", SendGridSettings, SendGridSender)


@hookimpl
def register_webhook_receivers(register: RegisterWebhookReceiver) -> None:
    register("events", SendGridSettings, SendGridEvents)
