"""What the plugin brings."""

from core.plugin.context import RegisterReaction
from core.plugin.hookspecs import hookimpl

from .reaction import TellTheChat
from .settings import ChatSettings


@hookimpl
def register_reactions(register: RegisterReaction) -> None:
    register("tell_the_chat", ChatSettings, TellTheChat)
