"""The command `pirwa`. Each command is a module with `register(commands)`; it is imported when that command is asked for."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from apps.cli.errors import CommandError
from apps.loading import loading
from core.domain.errors import DomainError

COMMANDS = {
    "up": "up",
    "demo": "demo",
    "serve": "serve",
    "worker": "worker",
    "migrate": "migrate",
    "import": "imports",
    "verify": "verify",
    "audit": "audit",
    "backup": "backup",
    "archive": "archive",
    "restore": "restore",
    "company": "people",
    "user": "people",
    "plugin": "plugin",
    "secrets": "secrets",
    "openapi": "openapi",
}
"""Each with the module that registers it."""


def parser(asked: str = "") -> argparse.ArgumentParser:
    """Of all commands, or only of those of the module that has the one that is asked for: others take their time to be imported."""
    root = argparse.ArgumentParser(prog="pirwa", description="Pirwa, the inventory of shops and warehouses.")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in [COMMANDS[asked]] if asked in COMMANDS else dict.fromkeys(COMMANDS.values()):
        import_module(f"apps.cli.{name}").register(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; its result is the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    with loading():
        commands = parser(*given[:1])
    options = commands.parse_args(given)
    try:
        return int(options.run(options) or 0)
    except DomainError as error:
        faults = [f"{fault.pointer.strip('/')}: {fault.detail}".removeprefix(": ") for fault in error.faults]
        print(f"pirwa: {'; '.join(faults) or error}", file=sys.stderr)
        return 1
    except (CommandError, OSError) as error:
        print(f"pirwa: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
