"""A database to a file and back, by PostgreSQL's own programs."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from adapters.postgres.migrate import Connection, make_roles

# The revision is entered last, by `settle`, and the stamp by the migration: until then nobody takes a half restored database for a whole one.
_LAST = ("TABLE DATA public alembic_version", "COMMENT - SCHEMA public")
# Whoever was signed in signs in again, and what was half done begins anew. What a storefront shows may have changed since: each of its
# levels is read before anything is pushed, and nothing counts as under way. A server that restores must not bind itself by its own policies.
_SETTLE = """
    TRUNCATE session, refresh_token, signing_key, attempt, passkey_challenge, oidc_login, password_reset, phone_code;
    ALTER TABLE channel_link NO FORCE ROW LEVEL SECURITY;
    UPDATE channel_link SET unsure = true, read_at = '-infinity', flight_key = NULL, flight_version = NULL, flight_quantity = NULL,
           flight_seen = NULL, flight_tries = 0;
    ALTER TABLE channel_link FORCE ROW LEVEL SECURITY;
"""


class DumpError(Exception):
    """A program of PostgreSQL could not do its work, said in one line."""


def dump(url: str, file: Path, programs: Path) -> None:
    """Writes the database as it is at one moment. The role at `url` must see the rows of all companies. Raises DumpError."""
    with _service(url) as environment:
        _run([programs / "pg_dump", "--format=custom", "--no-owner", f"--file={file}"], environment)


def restore(url: str, file: Path, programs: Path) -> None:
    """Fills an empty database, as its owner, with what was dumped. It is not in use before `settle`. Raises DumpError."""
    with psycopg.connect(url, autocommit=True) as connection:
        if not _is_empty(connection):
            raise DumpError("the database is not empty: restore into a new one")
        make_roles(connection)
    with _service(url) as environment, tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        contents = _run([programs / "pg_restore", "--list", file], environment)
        chosen.write("\n".join(line for line in contents.splitlines() if not any(last in line for last in _LAST)))
        chosen.flush()
        options = ["--no-owner", "--exit-on-error", f"--use-list={chosen.name}", "--dbname=service=pirwa"]
        _run([programs / "pg_restore", *options, file], environment)


def settle(url: str, revision: str) -> None:
    """Ends what ended with the server that was: sessions, and what was under way to storefronts. Then the database may be used."""
    with psycopg.connect(url) as owner:
        owner.execute(_SETTLE)
        owner.execute("INSERT INTO alembic_version (version_num) VALUES (%s)", (revision,))


def revision_of(url: str) -> str:
    """The revision that the database is at."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def _is_empty(connection: Connection) -> bool:
    row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return row == (0,)


@contextmanager
def _service(url: str) -> Iterator[Mapping[str, str]]:
    """The environment in which programs find the database, without its password on a command line that everybody on the machine reads."""
    with tempfile.NamedTemporaryFile("w", prefix="pirwa", suffix=".conf") as file:  # for its owner's eyes only
        named = {name: value for name, value in conninfo_to_dict(url).items() if value is not None}
        file.write("[pirwa]\n" + "".join(f"{name}={value}\n" for name, value in named.items()))
        file.flush()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        yield {**kept, "PGSERVICEFILE": file.name, "PGSERVICE": "pirwa", "LC_ALL": "C"}


def _run(command: list[str | Path], environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error:" in line] or done.stderr.splitlines()
        raise DumpError(f"{Path(command[0]).name}: {' '.join(said[:2]) or 'it failed'}")
    return done.stdout
