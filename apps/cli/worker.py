"""`pirwa worker`: the background work of a scaled-out set-up."""

import argparse
from typing import Any

from apps.cli.errors import CommandError
from apps.cli.place import require_durable, settings
from apps.worker.main import run_worker


def register(commands: Any) -> None:
    command = commands.add_parser("worker", help="do the background work only, on an external database")
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    chosen = settings()
    if chosen.database_url is None or chosen.redis_url is None:
        raise CommandError("`pirwa worker` needs PIRWA_DATABASE_URL and PIRWA_REDIS_URL")
    require_durable(chosen)
    run_worker(chosen)
