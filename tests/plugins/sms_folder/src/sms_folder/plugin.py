"""What the plugin brings."""

from core.plugin.context import RegisterMessageSender
from core.plugin.hookspecs import hookimpl

from .carrier import CarrierSettings, FolderCarrier


@hookimpl
def register_message_senders(register: RegisterMessageSender) -> None:
    register("sms", CarrierSettings, FolderCarrier)
