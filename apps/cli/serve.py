"""`pirwa serve`: the HTTP processes of a scaled-out set-up."""

import argparse
from typing import Any

from apps.cli.errors import CommandError
from apps.cli.place import settings


def register(commands: Any) -> None:
    command = commands.add_parser("serve", help="serve HTTP only, on an external database")
    command.add_argument("--workers", type=int, default=1, help="processes (default 1)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    from granian import Granian
    from granian.constants import Interfaces, Loops

    from apps.cli.serving import require_free_port

    chosen = settings()
    missing = [name for name in ("database_url", "redis_url") if getattr(chosen, name) is None]
    if missing:
        raise CommandError("`pirwa serve` needs " + " and ".join(f"PIRWA_{name.upper()}" for name in missing))
    require_free_port(chosen)
    Granian(
        "apps.http.main:application",
        address=chosen.host,
        port=chosen.port,
        interface=Interfaces.ASGI,
        workers=options.workers,
        loop=Loops.uvloop,
        backlog=1024,
        websockets=False,
        factory=True,
        respawn_failed_workers=True,
    ).serve()
