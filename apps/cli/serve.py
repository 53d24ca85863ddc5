"""`pirwa serve`: the HTTP processes of a scaled-out set-up."""

import argparse
import multiprocessing
import time
from functools import partial
from typing import Any

from granian.constants import Interfaces, Loops

from apps.cli.errors import CommandError
from apps.cli.place import require_durable, settings
from apps.cli.processes import NoticeGivingServer
from apps.cli.serving import require_free_port
from apps.http.app import create_app
from apps.http.main import served_here
from apps.loading import loading
from apps.settings import Settings

PREDECESSOR_SECONDS = 5.0
DRAIN_SECONDS = 12  # after the notice; who listens to a stream comes again


def register(commands: Any) -> None:
    command = commands.add_parser("serve", help="serve HTTP only, on an external database")
    command.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    chosen = settings()
    missing = [name for name in ("database_url", "redis_url") if getattr(chosen, name) is None]
    if missing:
        raise CommandError("`pirwa serve` needs " + " and ".join(f"PIRWA_{name.upper()}" for name in missing))
    require_durable(chosen)
    with loading():
        app = create_app(chosen)
    _await_free_port(chosen)
    multiprocessing.set_start_method("fork", force=True)  # docs/decisions/0015-web-processes-are-forked.md
    NoticeGivingServer(
        "pirwa",
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.ASGI,
        workers=options.workers,
        loop=Loops.uvloop,
        backlog=1024,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
    ).serve(target_loader=partial(served_here, app), wrap_loader=False)


def _await_free_port(chosen: Settings) -> None:
    """Gives the processes of a predecessor that was killed the time to finish what they have begun."""
    deadline = time.monotonic() + PREDECESSOR_SECONDS
    while True:
        try:
            require_free_port(chosen)
            return
        except CommandError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
