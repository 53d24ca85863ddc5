"""`pirwa verify`: recomputes every stored figure from the ledger, and the seals of the audit trail."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from adapters.postgres.audit_chain import PostgresAuditChain
from adapters.postgres.verification import PostgresVerifier
from adapters.secrets.audit_heads import HeadSigner, UnsoundHead
from adapters.secrets.audit_key import audit_key
from apps.cli.errors import CommandError
from apps.cli.place import database_running, open_database, settings
from apps.settings import Settings
from core.ports.audit import AuditHead
from core.ports.verification import Difference

SEALED = "the audit trail is as it was sealed"
ANCHORED = "the audit trail has come as far as the heads say that are kept elsewhere"


def register(commands: Any) -> None:
    command = commands.add_parser(
        "verify", help="recompute every stored figure from the ledger; exit 1 on a difference"
    )
    command.add_argument("--company", help="only this company (code)")
    command.add_argument(
        "--heads",
        type=Path,
        metavar="FILE",
        help="also hold the audit trails against heads that `pirwa audit head` printed",
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    with database_running(settings()) as running:
        heads = _heads(options.heads, running) if options.heads else []
        companies, differences = asyncio.run(_verify(running, options.company, heads, quiet=options.json))
    if options.json:
        print(msgspec.json.encode({"companies": companies, "differences": differences}).decode())
    else:
        _say(companies, differences)
    return 1 if differences else 0


def all_verified(running: Settings) -> bool:
    """Whether no company has a difference; says so in one line."""
    companies, differences = asyncio.run(_verify(running, None, [], quiet=True))
    _say(companies, differences)
    return not differences


def _say(companies: int, differences: Sequence[Difference]) -> None:
    if differences:
        first = differences[0]
        print(f"{len(differences)} difference(s). The first: {first.company}: {first.check}: {first.detail}")
    else:
        print(f"{companies} {'company' if companies == 1 else 'companies'} verified: no difference.")


def _heads(file: Path, running: Settings) -> Sequence[AuditHead]:
    signer = HeadSigner(audit_key(running.audit_key, running.data))
    try:
        return list(signer.read(file.read_text(encoding="utf-8").splitlines()))
    except (UnsoundHead, UnicodeDecodeError) as problem:
        raise CommandError(f"{file}: {problem}") from problem


async def _verify(
    running: Settings, only: str | None, heads: Sequence[AuditHead], *, quiet: bool
) -> tuple[int, list[Difference]]:
    differences: list[Difference] = []
    async with open_database(running, statement_timeout="30min") as database:
        verifier = PostgresVerifier(database)
        chain = PostgresAuditChain(database, audit_key(running.audit_key, running.data))
        companies = [(key, code) for key, code in await verifier.companies() if only in (None, code)]
        if only is not None and not companies:
            raise CommandError(f"there is no company {only}")
        for company_id, code in companies:
            for check in verifier.checks:
                found = await verifier.differences(company_id, code, check)
                differences += found
                if not quiet:
                    _tell(code, check, wrong=bool(found))
            faults = await chain.faults(company_id)
            differences += [Difference(code, SEALED, fault) for fault in faults]
            if not quiet:
                _tell(code, SEALED, wrong=bool(faults))
        for head in heads:
            if only in (None, head.company):
                differences += [Difference(head.company, ANCHORED, fault) for fault in await chain.contradictions(head)]
    return len(companies), differences


def _tell(company: str, check: str, *, wrong: bool) -> None:
    print(f"{company}: {check}: {'WRONG' if wrong else 'ok'}", file=sys.stderr)
