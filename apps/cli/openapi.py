"""`pirwa openapi`: the OpenAPI document of this version."""

import argparse
from pathlib import Path
from typing import Any

import msgspec


def register(commands: Any) -> None:
    command = commands.add_parser("openapi", help="print the OpenAPI document, or write it to a file")
    command.add_argument("file", nargs="?", type=Path)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    from apps.http.app import create_app
    from apps.settings import Settings

    document = create_app(Settings()).openapi_schema.to_schema()
    text = msgspec.json.format(msgspec.json.encode(document)).decode()
    if options.file:
        options.file.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
