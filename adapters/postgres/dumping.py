"""A database to a file and back, by PostgreSQL's own programs."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg

from adapters.postgres.client_programs import ProgramFailed, at_service, run_program
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


def dump(url: str, file: Path, programs: Path) -> None:
    """Writes the database as it is at one moment. The role at `url` must see the rows of all companies. Raises ProgramFailed."""
    with at_service(url) as environment:
        run_program([programs / "pg_dump", "--format=custom", "--no-owner", f"--file={file}"], environment)


def restore(url: str, file: Path, programs: Path) -> None:
    """Fills an empty database, as its owner, with what was dumped. It is not in use before `settle`. Raises ProgramFailed."""
    with psycopg.connect(url, autocommit=True) as connection:
        if not _is_empty(connection):
            raise ProgramFailed("the database is not empty: restore into a new one")
        make_roles(connection)
    with at_service(url) as environment:
        contents = run_program([programs / "pg_restore", "--list", file], environment).splitlines()
        kept = [line for line in contents if not any(last in line for last in _LAST)]
        # The walls between companies are put up last: they would bind the owner of the tables, who checks the foreign keys.
        walls = [line for line in kept if " ROW SECURITY " in line or " POLICY " in line]
        for part in ([line for line in kept if line not in walls], walls):
            _bring_back(part, file, programs, environment)
    with psycopg.connect(url, autocommit=True) as owner:
        # A dump has none of what the planner knows: whatever looks through it all would take many times as long.
        owner.execute("ANALYZE")


def _bring_back(contents: Sequence[str], file: Path, programs: Path, environment: Mapping[str, str]) -> None:
    """A part of a dump, by as many processes as there are processors: most of the time goes into keys and indexes."""
    with tempfile.NamedTemporaryFile("w", suffix=".list") as chosen:
        chosen.write("\n".join(contents))
        chosen.flush()
        options = ["--no-owner", "--exit-on-error", f"--use-list={chosen.name}", "--dbname=service=pirwa"]
        run_program([programs / "pg_restore", f"--jobs={os.cpu_count() or 1}", *options, file], environment)


def settle(url: str, revision: str | None = None) -> None:
    """Ends what ended with the server that was: sessions, and what was under way to storefronts. Then the database may be used. A dump
    does not say its revision, whole clusters do."""
    with psycopg.connect(url) as owner:
        owner.execute(_SETTLE)
        if revision:
            owner.execute("INSERT INTO alembic_version (version_num) VALUES (%s)", (revision,))


def revision_of(url: str) -> str:
    """The revision that the database is at. Raises ProgramFailed for one that has none."""
    with psycopg.connect(url) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            row = None
    if row is None:
        raise ProgramFailed("the database has nothing of Pirwa, or was not restored to the end")
    return str(row[0])


def _is_empty(connection: Connection) -> bool:
    row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    return row == (0,)
