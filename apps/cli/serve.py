"""`pirwa serve`: the HTTP processes of a scaled-out set-up."""

import argparse
import socket
import time
from typing import Any

from litestar import Litestar

from apps.cli.errors import CommandError
from apps.cli.place import require_durable, settings
from apps.cli.processes import Processes
from apps.cli.serving import listening, require_free_port
from apps.http.app import create_app
from apps.http.main import served_here
from apps.http.server import Server
from apps.loading import loading
from apps.settings import Settings

PREDECESSOR_SECONDS = 5.0


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
    Processes(
        lambda listener: _serve(app, listener),  # docs/decisions/0015-web-processes-are-forked.md
        [listening(chosen, shared=True) for _ in range(options.workers)],
    ).run()


def _serve(app: Litestar, listener: socket.socket) -> None:
    Server(served_here(app)).run([listener])


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
