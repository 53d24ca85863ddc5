"""What the plugin brings."""

from core.plugin.context import RegisterMessageSender, RegisterWebhookReceiver
from core.plugin.hookspecs import hookimpl

from .carrier import TwilioCarrier
from .settings import TwilioSettings
from .webhooks import TwilioWebhooks


@hookimpl
def register_message_senders(register: RegisterMessageSender) -> None:
    register("sms", TwilioSettings, TwilioCarrier)


@hookimpl
def register_webhook_receivers(register: RegisterWebhookReceiver) -> None:
    register("hooks", TwilioSettings, TwilioWebhooks)
