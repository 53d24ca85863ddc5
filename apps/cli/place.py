"""Where a command works: the settings, and the database that they name, started if it is the embedded one."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from adapters.embedded_postgres import DataFolderInUse, EmbeddedPostgres, EmbeddedPostgresError
from adapters.postgres.engine import Database
from apps.cli.errors import CommandError
from apps.settings import Settings, SettingsError, load_settings


def settings() -> Settings:
    """The settings of the environment and the working folder."""
    try:
        return load_settings(os.environ, Path.cwd())
    except SettingsError as error:
        raise CommandError(f"the settings are not sound:\n{error}") from error


@contextmanager
def database_running(chosen: Settings) -> Iterator[Settings]:
    """The settings with the URL of a migrated database that runs as long as the block."""
    if chosen.database_url:
        _migrate(chosen.database_url)
        yield chosen
        return
    server = EmbeddedPostgres(chosen.data / "postgres")
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
        _migrate(server.url)
        yield msgspec.structs.replace(chosen, database_url=server.url)
    finally:
        server.stop()


def _migrate(url: str) -> None:
    """In a process of its own, because what migrating takes of memory this one would never give back."""
    command = [sys.executable, "-m", "adapters.postgres.migrate"]
    done = subprocess.run(command, input=url, text=True, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        *before, said = done.stderr.strip().splitlines()
        raise CommandError(f"the database could not be migrated: {said}" if before else said)


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
