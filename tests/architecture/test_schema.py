"""The database as the migrations build it."""

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import TableClause

from adapters.postgres import migrate, tables
from core.domain.ids import new_id

Columns = dict[str, set[str]]


def columns_of(url: str) -> Columns:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'alembic_version' GROUP BY 1"
        ).fetchall()
    return {name: set(columns) for name, columns in rows}


def test_statements_are_composed_from_the_tables_that_exist(database_url: str) -> None:
    known = [value for value in vars(tables).values() if isinstance(value, TableClause)]
    assert {table.name: set(table.columns.keys()) for table in known} == columns_of(database_url)


def test_migrations_go_down_to_nothing_and_up_again(server_url: str) -> None:
    from alembic import command
    from alembic.config import Config

    name = f"pirwa_stairs_{new_id().hex[:20]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            url = make_conninfo(server_url, dbname=name)
            migrate.migrate(url)
            before = columns_of(url)
            config = Config()
            config.set_main_option("script_location", "adapters.postgres:migrations")
            config.set_main_option("path_separator", "os")
            config.attributes["url"] = url
            command.downgrade(config, "base")
            assert columns_of(url) == {}
            command.upgrade(config, "head")
            assert columns_of(url) == before
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_an_up_to_date_database_is_left_alone(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert migrate.is_current(connection)
        connection.execute("COMMENT ON SCHEMA public IS 'another version'")
        assert not migrate.is_current(connection)
        connection.rollback()


@pytest.mark.parametrize("name", migrate.FUNCTIONS)
def test_functions_can_be_made_again_over_themselves(database_url: str, name: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(migrate.function_source(name))
        connection.rollback()
