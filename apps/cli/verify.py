"""`pirwa verify`: recomputes every stored figure from the ledger."""

import argparse
import asyncio
import sys
from typing import Any

import msgspec

from adapters.postgres.verification import PostgresVerifier
from apps.cli.errors import CommandError
from apps.cli.place import database_running, open_database, settings
from apps.settings import Settings
from core.ports.verification import Difference


def register(commands: Any) -> None:
    command = commands.add_parser(
        "verify", help="recompute every stored figure from the ledger; exit 1 on a difference"
    )
    command.add_argument("--company", help="only this company (code)")
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with database_running(settings()) as running:
        companies, differences = asyncio.run(_verify(running, options.company, quiet=options.json))
    if options.json:
        print(msgspec.json.encode({"companies": companies, "differences": differences}).decode())
    elif differences:
        first = differences[0]
        print(f"{len(differences)} difference(s). The first: {first.company}: {first.check}: {first.detail}")
    else:
        print(f"{companies} {'company' if companies == 1 else 'companies'} verified: no difference.")
    return 1 if differences else 0


async def _verify(running: Settings, only: str | None, *, quiet: bool) -> tuple[int, list[Difference]]:
    differences: list[Difference] = []
    async with open_database(running, statement_timeout="30min") as database:
        verifier = PostgresVerifier(database)
        companies = [(key, code) for key, code in await verifier.companies() if only in (None, code)]
        if only is not None and not companies:
            raise CommandError(f"there is no company {only}")
        for company_id, code in companies:
            for check in verifier.checks:
                found = await verifier.differences(company_id, code, check)
                differences += found
                if not quiet:
                    print(f"{code}: {check}: {'WRONG' if found else 'ok'}", file=sys.stderr)
    return len(companies), differences
