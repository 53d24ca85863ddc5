"""`pirwa import`: brings in what a shop has."""

from typing import Any

from apps.cli.imports import products, sales, stock


def register(commands: Any) -> None:
    kinds = commands.add_parser("import", help="bring in what a shop has").add_subparsers(required=True)
    for kind in (products, stock, sales):
        kind.register(kinds)
