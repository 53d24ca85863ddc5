"""From an archive to a data folder: a base backup, and the write-ahead log from it to the end or to a moment."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from adapters.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from adapters.embedded_postgres.archive import WAL, check
from adapters.postgres.base_backups import BASE, replayed_until
from adapters.postgres.dumping import settle
from apps.cli.archive_folder import base_for
from apps.cli.backup_folder import FILES, Backup, read, require_keys
from apps.cli.errors import CommandError
from apps.files import all_files
from apps.settings import Settings

_TOO_LATE = "recovery ended before configured recovery target was reached"  # in the words of PostgreSQL


def bring_back_from_archive(chosen: Settings, archive: Path, at: datetime | None) -> None:
    """Until all of it is done the database has another name, so that nobody takes a half restored one for a whole one."""
    place = chosen.data / "postgres"
    if chosen.database_url:
        raise CommandError("an archive becomes an embedded database: unset PIRWA_DATABASE_URL")
    if chosen.archive:
        raise CommandError("unset PIRWA_ARCHIVE: what comes after a restore needs a new one")
    if place.exists():
        raise CommandError(f"{chosen.data} has a database already: set PIRWA_DATA to a new folder, with the keys in it")
    base, _ = base_for(archive, at)
    backup = read(base, BASE)
    require_keys(chosen, backup)
    draft = place.with_name("postgres.unfinished")
    _remove(draft)
    try:
        until = _follow(draft, base, archive / WAL, backup, at)
    except EmbeddedPostgresError as error:
        _remove(draft)
        raise CommandError(f"{archive} does not reach {at}" if _TOO_LATE in str(error) else str(error)) from error
    files = all_files(chosen).bring_from(archive / FILES)
    draft.rename(place)
    print(f"Restored as of {until} UTC, with {files} files. Name a new folder in PIRWA_ARCHIVE for what comes now.")


def _follow(draft: Path, base: Path, wal: Path, backup: Backup, at: datetime | None) -> str:
    """Says as of when the database is, which has ended what ended with the server that was."""
    if at is None:
        check(wal, backup.first_segment)
    server = EmbeddedPostgres(draft)
    server.recover(base, wal, at.astimezone(UTC).isoformat() if at else None)
    try:
        settle(server.url)
        return replayed_until(server.superuser_url)
    finally:
        server.stop()


def _remove(draft: Path) -> None:
    """With the server's own files, which root may have had to keep elsewhere."""
    if draft.exists():
        shutil.rmtree((draft / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(draft)
