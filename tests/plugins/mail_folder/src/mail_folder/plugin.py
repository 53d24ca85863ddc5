"""What the plugin brings."""

from core.plugin.context import RegisterMailSender
from core.plugin.hookspecs import hookimpl

from .carrier import CarrierSettings, FolderCarrier


@hookimpl
def register_mail_senders(register: RegisterMailSender) -> None:
    register("mail", CarrierSettings, FolderCarrier)
