"""`pirwa secrets`: what to do when a secret has become known."""

import argparse
import asyncio
import sys
import time
from typing import Any

from adapters.postgres.resealing import Resealed, reseal
from adapters.postgres.signing_keys import PostgresSigningKeys
from adapters.secrets.key_ring import add_key, key_ring
from adapters.tokens.key_set import KeySet
from apps.cli.place import database_running, open_database, settings
from core.ports.clock import SystemClock


def register(commands: Any) -> None:
    secrets = commands.add_parser("secrets", help="replace secrets").add_subparsers(required=True)
    renew = secrets.add_parser(
        "renew-signing-keys", help="make new keys for access tokens; none that was signed before counts after a minute"
    )
    renew.set_defaults(run=run_renew)
    rotate = secrets.add_parser("rotate", help="seal all secrets with a new key; restart every process afterwards")
    rotate.set_defaults(run=run_rotate)


def run_renew(options: argparse.Namespace) -> None:
    chosen = settings()
    with database_running(chosen) as running:

        async def renew() -> None:
            async with open_database(running) as database:
                sealing = key_ring(chosen.secret_keys, chosen.data)
                await KeySet(PostgresSigningKeys(database), sealing, SystemClock(), time.monotonic).replace_all()

        asyncio.run(renew())
    print("Access tokens are signed by a new key; everybody refreshes theirs within a minute.")


def run_rotate(options: argparse.Namespace) -> None:
    """Makes a new key where keys are kept in the data folder; where they are given, the first of them is the new one."""
    chosen = settings()
    with database_running(chosen) as running:
        if chosen.secret_keys is None:
            add_key(chosen.data)

        async def rotate() -> Resealed:
            async with open_database(running) as database:
                sealing = key_ring(chosen.secret_keys, chosen.data)
                done = await reseal(database, sealing)
                await KeySet(PostgresSigningKeys(database), sealing, SystemClock(), time.monotonic).replace_all()
                return done

        done = asyncio.run(rotate())
    print(f"{done.count} secrets are sealed with the newest key, and access tokens are signed by a new one.")
    for place in done.unreadable:
        print(f"Not opened, because its key is missing: {place}", file=sys.stderr)
    print("Restart every process. Keep the older keys for a week: mails that wait are sealed with them.")
