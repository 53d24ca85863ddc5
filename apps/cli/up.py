"""`pirwa up`: everything in one process on the embedded database."""

import argparse
from typing import Any

import uvloop

from apps.cli.archive_folder import lacking
from apps.cli.place import database_running, require_durable, settings
from apps.cli.serving import require_free_port, serve_here
from apps.settings import Settings
from apps.worker.main import work_until


def register(commands: Any) -> None:
    command = commands.add_parser("up", help="run everything in one process on the embedded database")
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    chosen = settings()
    require_free_port(chosen)
    with database_running(chosen) as running:
        start(running, lacking(running))


def start(running: Settings, note: str = "") -> None:
    """Serves until the process is asked to end."""
    require_durable(running)
    announce = f"Pirwa is at http://{running.host}:{running.port} (API page: /schema). Stop it with Ctrl+C.{note}"
    uvloop.run(serve_here(running, work_until, announce=announce))
