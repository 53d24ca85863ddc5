"""The hook is called register_reactions."""

from core.plugin.context import RegisterReaction
from core.plugin.hookspecs import hookimpl


@hookimpl
def register_reaction(register: RegisterReaction) -> None:
    raise AssertionError("nobody calls this")
