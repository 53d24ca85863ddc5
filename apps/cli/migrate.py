"""`pirwa migrate`: brings the database to this version's schema, or back to that of an earlier one."""

import argparse
from typing import Any

from apps.cli.place import database_running, settings


def register(commands: Any) -> None:
    command = commands.add_parser(
        "migrate", help="bring the database to this version's schema, or back to an earlier one"
    )
    command.add_argument(
        "--down-to",
        metavar="REVISION",
        default="",
        help="the last revision of the version to go back to, such as 0031; what later ones brought is lost",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    with database_running(settings(), options.down_to):
        if options.down_to:
            print(
                f"The database is at revision {options.down_to}: run `pirwa migrate` of the version that is to serve."
            )
        else:
            print("The database has this version's schema.")
