"""The database as the migrations build it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import TableClause

from adapters.postgres import migrate, schema, tables
from core.domain.ids import new_id
from tests.databases import drop_database, step

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


@pytest.fixture
def stairs(server_url: str) -> Iterator[str]:
    """An empty database that a test migrates up and down."""
    name = f"pirwa_stairs_{new_id().hex[:20]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield make_conninfo(server_url, dbname=name)
        finally:
            drop_database(server, name)


@pytest.mark.promise("B12")
def test_migrations_go_down_to_nothing_and_up_again(stairs: str) -> None:
    migrate.migrate(stairs)
    before = columns_of(stairs)
    step(stairs, "down", "base")
    assert columns_of(stairs) == {}
    step(stairs, "up", "head")
    assert columns_of(stairs) == before


@pytest.mark.promise("B12")
def test_members_keep_what_they_could_read_and_write(stairs: str) -> None:
    """Seen to fail without NO FORCE around the copy of the sites: the policies let the owner see no row, and whoever worked at
    one site could read them all."""
    company, sites = new_id(), [new_id()]
    people = sorted(new_id() for _ in range(4))
    step(stairs, "up", "0002")
    with psycopg.connect(stairs) as owner:
        owner.execute("SELECT set_config('app.company_id', %s, false)", (str(company),))
        owner.execute("INSERT INTO company (id, code, name) VALUES (%s, 'old', 'Old')", (company,))
        for person in people:
            owner.execute(
                "INSERT INTO app_user (id, login, name, password_hash) VALUES (%s, %s, '', '')", (person, person.hex)
            )
        for person, reach in zip(people[:2], (None, sites), strict=True):
            owner.execute(
                "INSERT INTO membership (company_id, user_id, role, site_ids) VALUES (%s, %s, 'admin', %s)",
                (company, person, reach),
            )
    step(stairs, "up", "head")
    with psycopg.connect(stairs) as owner:
        owner.execute("SELECT set_config('app.company_id', %s, false)", (str(company),))
        assert owner.execute("SELECT write_site_ids, read_site_ids FROM membership ORDER BY user_id").fetchall() == [
            (None, None),
            (sites, sites),
        ]
        role = new_id()
        owner.execute(
            "INSERT INTO role (company_id, id, code, name, permissions) VALUES (%s, %s, 'own', 'Own', '{}')",
            (company, role),
        )
        for person, active in zip(people[2:], (True, False), strict=True):
            owner.execute(
                "INSERT INTO membership (company_id, user_id, custom_role_id, active) VALUES (%s, %s, %s, %s)",
                (company, person, role, active),
            )
    step(stairs, "down", "0002")
    with psycopg.connect(stairs) as owner:
        owner.execute("SELECT set_config('app.company_id', %s, false)", (str(company),))
        assert owner.execute("SELECT user_id, role, site_ids FROM membership ORDER BY user_id").fetchall() == [
            (people[0], "admin", None),
            (people[1], "admin", sites),
            (people[2], "auditor", None),
        ]


def test_an_up_to_date_database_is_left_alone(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert migrate.is_current(connection)
        connection.execute("COMMENT ON SCHEMA public IS 'another version'")
        assert not migrate.is_current(connection)
        connection.rollback()


@pytest.mark.parametrize("name", schema.FUNCTIONS)
def test_functions_can_be_made_again_over_themselves(database_url: str, name: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(schema.function_source(name))
        connection.rollback()
