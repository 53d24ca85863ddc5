"""How a command ends when it cannot go on."""


class CommandError(Exception):
    """A command that cannot go on, said in one line."""
