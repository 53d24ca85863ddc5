"""What the probes learn about the database."""

from collections.abc import Sequence
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from adapters.postgres.engine import Database
from adapters.postgres.readiness import DatabaseReadiness
from adapters.postgres.schema import Stamp, stamp

pytestmark = pytest.mark.anyio


async def test_a_database_that_answers_is_ready(database: Database) -> None:
    readiness = DatabaseReadiness(database)
    assert await readiness.faults() == []
    assert readiness.usage()["pool_max"] == 16


async def test_a_database_that_cannot_be_reached_is_not() -> None:
    nowhere = Database("postgresql://pirwa@/pirwa?host=/nowhere", patience=0.1)
    await nowhere.open()
    assert await DatabaseReadiness(nowhere).faults() == ["the database cannot be reached"]
    await nowhere.close()


async def faults_with(schema: object, database: Database, owner: psycopg.Connection) -> Sequence[str]:
    """What is found of a database that bears this stamp."""
    comment = sql.SQL("COMMENT ON SCHEMA public IS {}")
    try:
        owner.execute(comment.format(sql.Literal(str(schema))))
        return await DatabaseReadiness(database).faults()
    finally:
        owner.execute(comment.format(sql.Literal(str(stamp()))))


async def test_a_database_with_the_schema_of_another_version_is_not(database: Database, database_url: str) -> None:
    """Seen to fail when any answer was good enough."""
    ours = stamp()
    other, older = replace(ours, digest="0" * 64), replace(ours, digest="0" * 64, head="0001", serves="0001")
    with psycopg.connect(database_url, autocommit=True) as owner:
        for schema in ("pirwa of yesterday", other, older):
            (fault,) = await faults_with(schema, database, owner)
            assert "schema of another version" in fault
    assert await DatabaseReadiness(database).faults() == []


@pytest.mark.promise("B12")
async def test_a_newer_schema_is_ready_for_the_versions_that_it_serves(database: Database, database_url: str) -> None:
    """While processes of the next version take the place of those of this one, both serve. Seen to fail when every other schema was no
    schema: all processes would have been taken out of service by the migration."""
    newer = Stamp("0" * 64, "9999", stamp().head)
    with psycopg.connect(database_url, autocommit=True) as owner:
        assert await faults_with(newer, database, owner) == []
        assert await faults_with(replace(newer, serves="9999"), database, owner) != []
