"""Databases that tests make for themselves."""

from typing import Any

import psycopg
from psycopg import sql

_TRIES = 100


def drop_database(server: psycopg.Connection[Any], name: str) -> None:
    """Drops a database, whoever is still connected to it. While PostgreSQL itself is tidying up in it, nobody but a superuser may: then it
    is tried again, for up to ten seconds."""
    statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    for tries in range(1, _TRIES + 1):
        try:
            server.execute(statement)
            return
        except psycopg.errors.InsufficientPrivilege:
            if tries == _TRIES:
                raise
            server.execute("SELECT pg_sleep(0.1)")


def step(url: str, way: str, revision: str) -> None:
    """Takes a database `up` or `down` to a revision."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "adapters.postgres:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    config.attributes["preparation"] = "SET lock_timeout = 0"
    {"up": command.upgrade, "down": command.downgrade}[way](config, revision)
