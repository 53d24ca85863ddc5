"""What the plugin brings."""

from core.plugin.context import RegisterMailSender
from core.plugin.hookspecs import hookimpl

from .carrier import PostCarrier
from .settings import PostSettings


@hookimpl
def register_mail_senders(register: RegisterMailSender) -> None:
    register("post", PostSettings, PostCarrier)
