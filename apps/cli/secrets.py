"""`pirwa secrets`: what to do when a secret has become known."""

import argparse
import asyncio
import time
from typing import Any

from adapters.postgres.signing_keys import PostgresSigningKeys
from adapters.secrets.key_ring import key_ring
from adapters.tokens.key_set import KeySet
from apps.cli.place import database_running, open_database, settings
from core.ports.clock import SystemClock


def register(commands: Any) -> None:
    secrets = commands.add_parser("secrets", help="replace secrets").add_subparsers(required=True)
    renew = secrets.add_parser(
        "renew-signing-keys", help="make new keys for access tokens; none that was signed before counts after a minute"
    )
    renew.set_defaults(run=run_renew)


def run_renew(options: argparse.Namespace) -> None:
    chosen = settings()
    with database_running(chosen) as running:

        async def renew() -> None:
            async with open_database(running) as database:
                sealing = key_ring(chosen.secret_keys, chosen.data)
                await KeySet(PostgresSigningKeys(database), sealing, SystemClock(), time.monotonic).replace_all()

        asyncio.run(renew())
    print("Access tokens are signed by a new key; everybody refreshes theirs within a minute.")
