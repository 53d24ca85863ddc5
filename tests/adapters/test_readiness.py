"""What the probes learn about the database."""

import psycopg
import pytest
from psycopg import sql

from adapters.postgres.engine import Database
from adapters.postgres.migrate import stamp
from adapters.postgres.readiness import DatabaseReadiness

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


async def test_a_database_with_the_schema_of_another_version_is_not(database: Database, database_url: str) -> None:
    """Seen to fail when any answer was good enough."""
    readiness = DatabaseReadiness(database)
    with psycopg.connect(database_url, autocommit=True) as owner:
        try:
            owner.execute("COMMENT ON SCHEMA public IS 'pirwa of yesterday'")
            (fault,) = await readiness.faults()
        finally:
            owner.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(sql.Literal(stamp())))
    assert "schema of another version" in fault
    assert await readiness.faults() == []
