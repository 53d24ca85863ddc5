"""What an archive of the embedded database is: base backups, the write-ahead log that leads from each to every later moment, and the files.

The server itself sends the log; the files follow while Pirwa runs.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from adapters.embedded_postgres.archive import ARCHIVE_SECONDS, WAL, forget_before
from adapters.stored_files import paths_in
from apps.cli.backup_folder import FILES, Backup, read_sheet
from apps.cli.errors import CommandError
from apps.cli.repeating import repeated
from apps.files import all_files
from apps.settings import Settings

_NAME = "base-%Y%m%dT%H%M%S.%fZ"


def is_archive(folder: Path) -> bool:
    return (folder / WAL).is_dir()


def name_of(taken_at: datetime) -> str:
    """Of the folder of a base backup."""
    return taken_at.strftime(_NAME)


def bases(archive: Path) -> Sequence[tuple[Path, Backup]]:
    """The base backups, the newest last."""
    return [(folder, read_sheet(folder)) for folder in sorted(archive.glob("base-*Z"))]


def lacking(chosen: Settings) -> str:
    """What an archive still needs before anything can be brought back from it, as a sentence to add to others."""
    if chosen.archive is None or bases(chosen.archive):
        return ""
    return " PIRWA_ARCHIVE has no base backup yet: `pirwa archive` makes one, once a day."


def base_for(archive: Path, at: datetime | None) -> tuple[Path, Backup]:
    """The newest base backup, or the newest of those from which the log leads to a moment. Raises CommandError."""
    fit = [base for base in bases(archive) if at is None or base[1].taken_at <= at]
    if not fit:
        raise CommandError(f"{archive} has no base backup" + (f" of before {at.isoformat()}" if at else ""))
    return fit[-1]


def keep_newest(archive: Path, number: int) -> None:
    """Forgets all other base backups, and of the log what leads on from none of those that are kept."""
    found = bases(archive)
    for folder, _ in found[:-number]:
        shutil.rmtree(folder)
    forget_before(archive / WAL, found[-number:][0][1].first_segment)


def copy_files(chosen: Settings, archive: Path) -> int:
    """Copies to the archive what is new, and tells how many files are there."""
    folder = archive / FILES
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    all_files(chosen).copy_to(folder)
    return len(paths_in(folder))


@contextmanager
def files_archived(chosen: Settings, seconds: float = ARCHIVE_SECONDS) -> Iterator[None]:
    """For as long as the block lasts, new files of the data folder are copied to the archive as often as the log is sent there. Those in a
    bucket are safe from what befalls this machine."""
    archive = chosen.archive
    if archive is None or chosen.files_url:
        yield
        return

    def follow() -> None:
        with suppress(OSError):  # of an archive that is out of reach for a while; `pirwa archive` says so
            copy_files(chosen, archive)

    with repeated(follow, seconds):
        yield
