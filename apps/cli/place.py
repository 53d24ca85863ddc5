"""Where a command works: the settings, and the database that they name, started if it is the embedded one."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import msgspec

from adapters.embedded_postgres import DataFolderInUse, EmbeddedPostgres, EmbeddedPostgresError
from adapters.postgres.durability import durability_fault_at
from adapters.postgres.engine import Database
from adapters.postgres.migrate import DatabaseUnreachable, is_migrated
from apps.cli.archive_folder import files_archived
from apps.cli.errors import CommandError
from apps.cli.repeating import repeated
from apps.settings import Settings, SettingsError, load_settings

LOOK_SECONDS = 0.5  # between two looks at the embedded database


def settings() -> Settings:
    """The settings of the environment and the working folder."""
    try:
        chosen = load_settings(os.environ, Path.cwd())
    except SettingsError as error:
        raise CommandError(f"the settings are not sound:\n{error}") from error
    if chosen.archive and chosen.database_url:
        raise CommandError(
            "PIRWA_ARCHIVE is for the embedded database: have the server at PIRWA_DATABASE_URL archive its write-ahead log itself"
        )
    return chosen


@contextmanager
def database_running(chosen: Settings, down_to: str = "") -> Iterator[Settings]:
    """The settings with the URL of a migrated database that runs as long as the block; or of one that was taken back to a revision."""
    with server_running(chosen) as running:
        _migrate(running.database_url or "", down_to)
        yield running


@contextmanager
def server_running(chosen: Settings) -> Iterator[Settings]:
    """The settings with the URL of a database that runs as long as the block, in whatever state it is."""
    if chosen.database_url:
        yield chosen
        return
    server = embedded_server(chosen)
    try:
        server.start()
    except DataFolderInUse as error:
        holder = f"process {error.holder}" if error.holder else "another process"
        raise CommandError(
            f"{chosen.data} is in use by {holder}: stop it first, or set PIRWA_DATA to another folder"
        ) from error
    except EmbeddedPostgresError as error:
        raise CommandError(str(error)) from error
    try:
        with _kept_running(server), files_archived(chosen):
            yield msgspec.structs.replace(chosen, database_url=server.url)
    finally:
        server.stop()


def embedded_server(chosen: Settings) -> EmbeddedPostgres:
    """The one in the data folder. Whoever starts it has it send its write-ahead log to the archive, or that had a gap."""
    return EmbeddedPostgres(chosen.data / "postgres", archive=chosen.archive)


@contextmanager
def _kept_running(server: EmbeddedPostgres) -> Iterator[None]:
    """Starts the server anew when it dies, for as long as the block lasts: nobody else would."""

    def look() -> None:
        if not server.running:
            with suppress(
                EmbeddedPostgresError
            ):  # the next look tries again; meanwhile requests are told why they are refused
                server.start()

    with repeated(look, LOOK_SECONDS):
        yield


def _migrate(url: str, down_to: str) -> None:
    """In a process of its own, because what migrating takes of memory this one would never give back; in none where nothing is to be done."""
    try:
        if not down_to and is_migrated(url):
            return
    except DatabaseUnreachable as error:
        raise CommandError(str(error)) from None
    command = [sys.executable, "-m", "adapters.postgres.migrate"]
    done = subprocess.run(command, input=f"{url}\n{down_to}\n", text=True, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        *before, said = done.stderr.strip().splitlines()
        raise CommandError(f"the database could not be migrated: {said}" if before else said)


def require_durable(chosen: Settings) -> None:
    """Raises `CommandError` where work would be done on a database that forgets in a crash what it has said is done."""
    if fault := durability_fault_at(chosen.database_url or ""):
        raise CommandError(fault)


@asynccontextmanager
async def open_database(chosen: Settings, *, size: int = 4, statement_timeout: str = "10s") -> AsyncIterator[Database]:
    """A pool of the running database for one command."""
    if chosen.database_url is None:
        raise CommandError("there is no database: PIRWA_DATABASE_URL is not set")
    database = Database(chosen.database_url, size=size, statement_timeout=statement_timeout)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
