"""`pirwa archive`: a base backup of the embedded database, from which the write-ahead log in the archive leads to every later moment."""

import argparse
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.embedded_postgres import PASSWORD, EmbeddedPostgresError, installed_programs
from adapters.postgres.base_backups import BASE, archiving_fault, copy_cluster
from adapters.postgres.client_programs import ProgramFailed
from adapters.postgres.dumping import revision_of
from apps.cli.archive_folder import bases, copy_files, keep_newest, name_of
from apps.cli.backup import database_as_a_whole
from apps.cli.backup_folder import Backup, digest_of, fingerprints, write
from apps.cli.errors import CommandError
from apps.cli.place import settings
from apps.settings import Settings

KEPT = 7


def register(commands: Any) -> None:
    command = commands.add_parser(
        "archive", help="add a base backup to PIRWA_ARCHIVE, while everybody works, and forget the oldest; once a day"
    )
    command.add_argument("--keep", type=int, default=KEPT, help=f"how many base backups stay ({KEPT})")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    chosen = settings()
    if chosen.archive is None:
        raise CommandError("PIRWA_ARCHIVE is not set: it names the folder of the archive")
    if options.keep < 1:
        raise CommandError("--keep must be 1 or more")
    try:
        with database_as_a_whole(chosen) as url:
            if fault := archiving_fault(url):
                raise CommandError(fault)
            _add_base(chosen, chosen.archive, url)
    except (ProgramFailed, EmbeddedPostgresError) as error:
        raise CommandError(str(error)) from error
    keep_newest(chosen.archive, options.keep)
    [(_, oldest), *_] = bases(chosen.archive)
    print(f"{chosen.archive} leads to every moment from {oldest.taken_at:%Y-%m-%d %H:%M:%S} UTC on.")


def _add_base(chosen: Settings, archive: Path, url: str) -> None:
    """Files before and after it, so that whatever its rows refer to is there."""
    draft, revision = archive / "base.unfinished", revision_of(url)
    shutil.rmtree(draft, ignore_errors=True)
    copy_files(chosen, archive)
    first_segment = copy_cluster(url, draft, installed_programs())
    files = copy_files(chosen, archive)
    shutil.copy(chosen.data / "postgres" / PASSWORD, draft / PASSWORD)
    taken_at = datetime.now(UTC)
    made = Backup(
        taken_at=taken_at,
        revision=revision,
        database=digest_of(draft / BASE),
        files=files,
        keys=fingerprints(chosen),
        first_segment=first_segment,
    )
    draft.chmod(0o700)
    write(draft, made)
    draft.rename(archive / name_of(taken_at))
