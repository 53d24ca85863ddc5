"""Brings a database to the present schema: roles, Alembic revisions, functions, grants. Safe to repeat, one at a time.

It may run while others serve. It waits for no lock longer than they wait for theirs: whoever holds one goes first, and the step is
tried again.
"""

import sys
import time
from collections.abc import Callable
from functools import partial

import psycopg
from psycopg import errors, sql

from adapters.postgres.schema import (
    FUNCTIONS,
    READ_STAMP,
    TABLE_RULES,
    Stamp,
    function_names,
    function_source,
    revisions,
    stamp,
)

_ROLES = ("pirwa_app", "pirwa_dispatch")
_LOCK = 7_240_193_551
PATIENCE = 300.0  # seconds in which every lock must have been had
_PAUSE = 0.5
# Shorter than what requests wait for a lock, and than what the server waits before it looks for a deadlock: of two that are in each
# other's way it is always the migration that steps back.
_BRIEFLY = "SET lock_timeout = '800ms'"
_DOWNGRADED = "pirwa downgraded to {}: run `pirwa migrate` of the version that is to serve"
# Whoever may come again must find none of the functions that only the newer version knows.
_FORGET_FUNCTIONS = """
    DO $do$ DECLARE one record; BEGIN
        FOR one IN SELECT t.tgname AS name, t.tgrelid::regclass::text AS relation FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                   WHERE NOT t.tgisinternal AND p.pronamespace = 'public'::regnamespace AND p.proname = ANY ({names}) LOOP
            EXECUTE format('DROP TRIGGER %I ON %s', one.name, one.relation);
        END LOOP;
        FOR one IN SELECT string_agg(p.oid::regprocedure::text, ', ') AS names FROM pg_proc p
                   WHERE p.pronamespace = 'public'::regnamespace AND p.proname = ANY ({names}) HAVING count(*) > 0 LOOP
            EXECUTE 'DROP ROUTINE ' || one.names;
        END LOOP;
    END $do$
"""

Connection = psycopg.Connection[tuple[object, ...]]


def migrate(url: str, patience: float = PATIENCE) -> None:
    """Migrates the database at `url` as its owner; a second migrating process waits for the first. It gives up when others have been in
    its way for `patience` seconds."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        _require_version(connection)
        if is_current(connection):
            return
        _require_known(connection)
        make_roles(connection)
        connection.execute(_BRIEFLY)
        _patiently(lambda: _step(url, "upgrade", "head"), patience)
        _patiently(lambda: _make_functions(connection), patience)
        for name in TABLE_RULES:
            _patiently(partial(_make_rules, connection, name), patience)
        _comment(connection, str(stamp()))


def downgrade(url: str, revision: str) -> None:
    """Takes the database back to a revision, for the version of Pirwa that ends with it. What later revisions brought is lost, the books
    are not."""
    if revision not in revisions():
        raise SystemExit(f"there is no revision {revision}: this version knows {revisions()[0]} to {revisions()[-1]}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        _require_known(connection)
        if revision > _revision_of(connection):
            raise SystemExit(
                f"the database is at revision {_revision_of(connection)}: there is no way down to {revision}"
            )
        connection.execute(_BRIEFLY)
        _patiently(lambda: _forget_functions(connection, revision))
        _patiently(lambda: _step(url, "downgrade", revision))


class DatabaseUnreachable(Exception):
    """Says why in one line."""

    def __init__(self, error: psycopg.OperationalError) -> None:
        super().__init__(f"the database cannot be reached: {' '.join(str(error).split())}")


def is_migrated(url: str) -> bool:
    """Whether there is nothing to do at `url`. Raises `DatabaseUnreachable`."""
    try:
        with psycopg.connect(url) as connection:
            return is_current(connection)
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(error) from None


def is_current(connection: Connection) -> bool:
    """Whether the database bears the stamp of this version's schema; then there is nothing to do."""
    row = connection.execute(READ_STAMP).fetchone()
    return row is not None and Stamp.read(row[0]) == stamp()


def _require_version(connection: Connection) -> None:
    version = connection.info.server_version
    if version < 150_000:
        raise SystemExit(f"Pirwa needs PostgreSQL 15 or later; this server is {version // 10_000}")


def _require_known(connection: Connection) -> None:
    found = _revision_of(connection)
    if not found and _has_tables(connection):
        raise SystemExit("the database was not restored to the end: drop it, and restore into a new one")
    if found and found not in revisions():
        raise SystemExit(
            f"the database has the schema of a newer version (revision {found}, this one knows up to {revisions()[-1]}): "
            "use that version, or take the database back with it by `pirwa migrate --down-to`"
        )


def _revision_of(connection: Connection) -> str:
    """The revision that the database is at; empty where it is at none."""
    row = connection.execute("SELECT to_regclass('public.alembic_version')").fetchone()
    if row is None or row[0] is None:
        return ""
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return str(row[0]) if row else ""


def _has_tables(connection: Connection) -> bool:
    row = connection.execute("SELECT to_regclass('public.company') IS NOT NULL").fetchone()
    return row == (True,)


def make_roles(connection: Connection) -> None:
    """Makes the roles of the application where they are missing."""
    for role in _ROLES:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))


def _make_functions(connection: Connection) -> None:
    with connection.transaction():
        for name in FUNCTIONS:
            connection.execute(function_source(name))


def _make_rules(connection: Connection, name: str) -> None:
    connection.execute(function_source(name))


def _comment(connection: Connection, text: str) -> None:
    connection.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(sql.Literal(text)))


def _forget_functions(connection: Connection, revision: str) -> None:
    with connection.transaction():
        connection.execute(sql.SQL(_FORGET_FUNCTIONS).format(names=sql.Literal(list(function_names()))))
        _comment(connection, _DOWNGRADED.format(revision))


def _step(url: str, way: str, revision: str) -> None:
    """Goes up or down, revision by revision, each in a transaction of its own."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "adapters.postgres:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    config.attributes["preparation"] = _BRIEFLY
    {"upgrade": command.upgrade, "downgrade": command.downgrade}[way](config, revision)


def _patiently(step: Callable[[], None], patience: float = PATIENCE) -> None:
    """Does the step, again and again while somebody holds a lock that it needs."""
    ends = time.monotonic() + patience
    while True:
        try:
            return step()
        except Exception as error:
            if not _is_in_the_way(error):
                raise
            if time.monotonic() > ends:
                raise SystemExit("others hold locks that the migration needs: try again when less is done") from None
        time.sleep(_PAUSE)


def _is_in_the_way(error: Exception) -> bool:
    cause = getattr(error, "orig", error)  # SQLAlchemy, under which Alembic works, wraps what psycopg raises
    return isinstance(cause, errors.LockNotAvailable | errors.DeadlockDetected)


def main() -> None:
    """Migrates the database whose URL comes by the pipe, to the revision on its second line if there is one. Says in one line that it
    cannot be reached."""
    url, revision = (sys.stdin.readline().strip() for _ in range(2))
    try:
        downgrade(url, revision) if revision else migrate(url)
    except psycopg.OperationalError as error:
        raise SystemExit(str(DatabaseUnreachable(error))) from None


if __name__ == "__main__":  # a process of its own gives back the memory that Alembic takes
    main()
