"""`pirwa audit`: what is kept outside of the database, so that nobody cuts off the end of a trail unnoticed."""

import argparse
import asyncio
from typing import Any

from adapters.postgres.audit_chain import PostgresAuditChain
from adapters.postgres.verification import PostgresVerifier
from adapters.secrets.audit_heads import HeadSigner
from adapters.secrets.audit_key import audit_key
from apps.cli.errors import CommandError
from apps.cli.place import database_running, open_database, settings
from apps.settings import Settings
from core.ports.audit import AuditHead
from core.ports.clock import SystemClock


def register(commands: Any) -> None:
    audit = commands.add_parser("audit", help="sign how far the audit trails have come").add_subparsers(required=True)
    head = audit.add_parser(
        "head", help="print the signed head of each trail, a line each; keep them on another machine"
    )
    head.add_argument("--company", help="only this company (code)")
    head.set_defaults(run=run_head)
    key = audit.add_parser("key", help="print the public key of the signatures (Ed25519, base64)")
    key.set_defaults(run=run_key)


def run_head(options: argparse.Namespace) -> None:
    with database_running(settings()) as running:
        for line in asyncio.run(_heads(running, options.company)):
            print(line)


def run_key(options: argparse.Namespace) -> None:
    print(_signer(settings()).public_key)


async def _heads(running: Settings, only: str | None) -> list[str]:
    lines, signer, now = [], _signer(running), SystemClock().now()
    async with open_database(running) as database:
        chain = PostgresAuditChain(database, audit_key(running.audit_key, running.data))
        companies = [(key, code) for key, code in await PostgresVerifier(database).companies() if only in (None, code)]
        if only is not None and not companies:
            raise CommandError(f"there is no company {only}")
        for company_id, code in companies:
            number, digest = await chain.last(company_id)
            if number:
                lines.append(signer.signed(AuditHead(company_id, code, number, digest.hex(), now)))
    return lines


def _signer(chosen: Settings) -> HeadSigner:
    return HeadSigner(audit_key(chosen.audit_key, chosen.data))
