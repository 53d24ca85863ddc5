"""What the plugin brings."""

from core.plugin.context import RegisterMessageSender, RegisterWebhookReceiver
from core.plugin.hookspecs import hookimpl

from .carrier import CarrierSettings, FolderCarrier
from .hooks import FolderHooks


@hookimpl
def register_message_senders(register: RegisterMessageSender) -> None:
    register("sms", CarrierSettings, FolderCarrier)


@hookimpl
def register_webhook_receivers(register: RegisterWebhookReceiver) -> None:
    register("hooks", CarrierSettings, FolderHooks)
