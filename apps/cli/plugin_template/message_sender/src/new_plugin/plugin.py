"""What the plugin brings."""

from core.plugin.context import RegisterMessageSender
from core.plugin.hookspecs import hookimpl

from .carrier import Carrier
from .settings import CarrierSettings


@hookimpl
def register_message_senders(register: RegisterMessageSender) -> None:
    register("texts", CarrierSettings, Carrier)
