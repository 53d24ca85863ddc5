"""Brings a database to the present schema: roles, Alembic revisions, functions, grants. Safe to repeat, one at a time."""

import sys
from hashlib import sha256
from importlib.resources import files

import psycopg
from psycopg import sql

FUNCTIONS = (
    "costing",
    "ledger",
    "ledger_post",
    "reservations",
    "policies",
    "replenishment",
    "checkpoints",
    "queues",
    "attempts",
    "audit",
    "roles",
)
_ROLES = ("pirwa_app", "pirwa_dispatch")
_LOCK = 7_240_193_551
_HERE = files("adapters.postgres")
SCHEMA_STAMP = "SELECT obj_description('public'::regnamespace, 'pg_namespace')"

Connection = psycopg.Connection[tuple[object, ...]]


def migrate(url: str) -> None:
    """Migrates the database at `url` as its owner; a second migrating process waits for the first."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        _require_version(connection)
        if is_current(connection):
            return
        _make_roles(connection)
        _upgrade(url)
        with connection.transaction():
            for name in FUNCTIONS:
                connection.execute(function_source(name))
            connection.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(sql.Literal(stamp())))


def is_current(connection: Connection) -> bool:
    """Whether the database bears the stamp of this version's schema; then there is nothing to do."""
    row = connection.execute(SCHEMA_STAMP).fetchone()
    return row is not None and row[0] == stamp()


def stamp() -> str:
    """What tells one schema from another: a digest of the revisions and functions."""
    digest = sha256()
    for revision in sorted(
        (one for one in _HERE.joinpath("migrations", "versions").iterdir()), key=lambda one: one.name
    ):
        if revision.name.endswith((".py", ".sql")):
            digest.update(revision.read_bytes())
    for name in FUNCTIONS:
        digest.update(function_source(name))
    return f"pirwa {digest.hexdigest()}"


def function_source(name: str) -> bytes:
    return _HERE.joinpath("functions", f"{name}.sql").read_bytes()


def _require_version(connection: Connection) -> None:
    version = connection.info.server_version
    if version < 150_000:
        raise SystemExit(f"Pirwa needs PostgreSQL 15 or later; this server is {version // 10_000}")


def _make_roles(connection: Connection) -> None:
    for role in _ROLES:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))


def _upgrade(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "adapters.postgres:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    command.upgrade(config, "head")


def main() -> None:
    """Migrates the database whose URL comes by the pipe. Says in one line that it cannot be reached."""
    try:
        migrate(sys.stdin.readline().strip())
    except psycopg.OperationalError as error:
        raise SystemExit(f"the database cannot be reached: {' '.join(str(error).split())}") from None


if __name__ == "__main__":  # a process of its own gives back the memory that Alembic takes
    main()
