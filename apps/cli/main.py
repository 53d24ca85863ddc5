"""The command `pirwa`. Each command is a module with `register(commands)`; what it needs is imported when it runs."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from apps.cli.errors import CommandError
from core.domain.errors import DomainError

COMMANDS = (
    "up",
    "demo",
    "serve",
    "worker",
    "migrate",
    "imports",
    "verify",
    "audit",
    "backup",
    "restore",
    "people",
    "plugin",
    "secrets",
    "openapi",
)


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="pirwa", description="Pirwa, the inventory of shops and warehouses.")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in COMMANDS:
        import_module(f"apps.cli.{name}").register(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; its result is the exit status."""
    options = parser().parse_args(arguments)
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
