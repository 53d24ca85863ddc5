"""Brings a database to the present schema: roles, Alembic revisions, functions, grants. Safe to repeat, one at a time."""

from importlib.resources import files

import psycopg
from psycopg import sql

FUNCTIONS = ("costing", "ledger", "ledger_post", "reservations", "policies", "checkpoints", "roles")
_ROLES = ("pirwa_app", "pirwa_dispatch")
_LOCK = 7_240_193_551


def migrate(url: str) -> None:
    """Migrates the database at `url` as its owner; a second migrating process waits for the first."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        _require_version(connection)
        _make_roles(connection)
        _upgrade(url)
        with connection.transaction():
            for name in FUNCTIONS:
                connection.execute(function_source(name))


def function_source(name: str) -> bytes:
    return files("adapters.postgres").joinpath("functions", f"{name}.sql").read_bytes()


def _require_version(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    if connection.info.server_version < 150_000:
        raise SystemExit(
            f"Pirwa needs PostgreSQL 15 or later; this server is {connection.info.server_version // 10_000}"
        )


def _make_roles(connection: psycopg.Connection[tuple[object, ...]]) -> None:
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
