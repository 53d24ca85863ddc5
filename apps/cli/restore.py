"""`pirwa restore`: a backup into an empty place, then proof that it is whole."""

import argparse
import asyncio
from collections.abc import Set
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.embedded_postgres import installed_programs
from adapters.postgres.client_programs import ProgramFailed
from adapters.postgres.dumping import restore, settle
from adapters.postgres.engine import Database
from adapters.postgres.kept_files import kept_files
from adapters.postgres.resealing import look_through
from adapters.postgres.verification import PostgresVerifier
from adapters.secrets.key_ring import key_ring
from adapters.stored_files import path_of
from apps.cli.archive_folder import is_archive
from apps.cli.archive_restoring import bring_back_from_archive
from apps.cli.backup_folder import DATABASE, FILES, Backup, read, require_keys
from apps.cli.errors import CommandError
from apps.cli.place import database_running, open_database, server_running, settings
from apps.cli.verify import all_verified
from apps.files import all_files
from apps.settings import Settings


def register(commands: Any) -> None:
    command = commands.add_parser(
        "restore", help="bring a backup into an empty place and verify it; exit 1 on a difference"
    )
    source = command.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "folder",
        type=Path,
        nargs="?",
        help="what `pirwa backup` made, or an archive; the keys must be in place before",
    )
    source.add_argument(
        "--recovered",
        action="store_true",
        help="the database was brought back by its own server, as of some moment: do the rest",
    )
    command.add_argument(
        "--at",
        type=moment,
        metavar="TIME",
        help="with an archive: back to this moment, such as 2026-11-23T10:30:00-05:00",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    chosen, folder = settings(), options.folder
    if options.recovered and options.at:
        raise CommandError("--at is for archives")
    if options.recovered:
        with server_running(chosen) as running:
            settle(running.database_url or "")
    elif is_archive(folder):
        bring_back_from_archive(chosen, folder, options.at)
    elif options.at:
        raise CommandError(f"{folder} holds one moment alone: --at is for archives")
    else:
        backup = read(folder)
        require_keys(chosen, backup)
        with server_running(chosen) as running:
            _bring_back(running, folder, backup)
    with database_running(chosen) as running:
        faults = asyncio.run(_faults(running))
        for fault in faults:
            print(fault)
        whole = all_verified(running) and not faults
    print("Everybody signs in again. Of each storefront every level is read before anything is sent to it.")
    return 0 if whole else 1


def moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} needs a zone, such as {text}Z")
    return at


def _bring_back(running: Settings, folder: Path, backup: Backup) -> None:
    url = running.database_url or ""
    try:
        restore(url, folder / DATABASE, installed_programs())
    except ProgramFailed as error:
        raise CommandError(str(error)) from error
    files = all_files(running).bring_from(folder / FILES)
    settle(url, backup.revision)
    print(f"Restored as of {backup.taken_at:%Y-%m-%d %H:%M:%S} UTC, with {files} files.")


async def _faults(running: Settings) -> list[str]:
    """What is missing or cannot be read beside the figures: files and sealed texts."""
    files = all_files(running)
    faults = [f"this file is damaged: {path}" for path in files.damaged()]
    async with open_database(running, statement_timeout="30min") as database:
        faults += await _missing_files(database, files.paths())
        sealing = key_ring(running.secret_keys, running.data)
        sealed = await look_through(database, sealing)
        faults += [f"not opened, because its key is missing: {place}" for place in sealed.unreadable]
    print(f"{sealed.count} secrets can be opened.")
    return faults


async def _missing_files(database: Database, paths: Set[str]) -> list[str]:
    faults = []
    for company_id, code in await PostgresVerifier(database).companies():
        for digest in sorted(await kept_files(database, company_id)):
            if path_of(company_id, digest) not in paths:
                faults.append(f"{code}: this file is missing: {digest}")
    return faults
