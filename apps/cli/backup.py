"""`pirwa backup`: the database and the files of all companies in a new folder, while everybody works. The keys are kept elsewhere."""

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.embedded_postgres import (
    DataFolderInUse,
    EmbeddedPostgresError,
    installed_programs,
    running_superuser_url,
)
from adapters.postgres.client_programs import ProgramFailed
from adapters.postgres.dumping import dump, revision_of
from adapters.stored_files import paths_in
from apps.cli.backup_folder import DATABASE, FILES, Backup, digest_of, fingerprints, write
from apps.cli.errors import CommandError
from apps.cli.place import embedded_server, settings
from apps.files import all_files
from apps.settings import Settings


def register(commands: Any) -> None:
    command = commands.add_parser(
        "backup", help="copy the database and all files to a new folder, while everybody works"
    )
    command.add_argument(
        "folder", type=Path, help="is made; the keys in the data folder do not go there, keep them elsewhere"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    chosen, folder = settings(), options.folder
    if folder.exists():
        raise CommandError(f"{folder} exists already: name a new folder for each backup")
    draft = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    try:
        with database_as_a_whole(chosen) as url:
            made = _make(chosen, url, draft)
    except (ProgramFailed, EmbeddedPostgresError) as error:
        raise CommandError(str(error)) from error
    write(draft, made)
    draft.rename(folder)
    print(f"{folder} holds the database as of {made.taken_at:%Y-%m-%d %H:%M:%S} UTC and {made.files} files.")


def _make(chosen: Settings, url: str, draft: Path) -> Backup:
    """Files first and once more afterwards: whatever the rows refer to is there, also what was deleted or came meanwhile."""
    kept, copy, revision = all_files(chosen), draft / FILES, revision_of(url)
    copy.mkdir()
    kept.copy_to(copy)
    taken_at = datetime.now(UTC)
    dump(url, draft / DATABASE, installed_programs())
    kept.copy_to(copy)
    return Backup(
        taken_at=taken_at,
        revision=revision,
        database=digest_of(draft / DATABASE),
        files=len(paths_in(copy)),
        keys=fingerprints(chosen),
    )


@contextmanager
def database_as_a_whole(chosen: Settings) -> Iterator[str]:
    """The URL at which the rows of all companies are seen: of the embedded server, whoever runs it, or the one that is set."""
    if chosen.database_url:
        if chosen.backup_url is None:
            raise CommandError(
                "a backup needs PIRWA_BACKUP_URL: the database as a role with BYPASSRLS that may read everything, such as a superuser"
            )
        yield chosen.backup_url
        return
    server = embedded_server(chosen)
    try:
        server.start()
    except DataFolderInUse:
        yield running_superuser_url(chosen.data / "postgres")
        return
    try:
        yield server.superuser_url
    finally:
        server.stop()
