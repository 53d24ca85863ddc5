"""`pirwa migrate`: brings the database to this version's schema."""

import argparse
from typing import Any

from apps.cli.place import database_running, settings


def register(commands: Any) -> None:
    command = commands.add_parser("migrate", help="bring the database to this version's schema")
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    with database_running(settings()):
        print("The database has this version's schema.")
