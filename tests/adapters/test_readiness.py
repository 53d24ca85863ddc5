"""What the probes learn about the database."""

import pytest

from adapters.postgres.engine import Database
from adapters.postgres.readiness import DatabaseReadiness

pytestmark = pytest.mark.anyio


async def test_a_database_that_answers_is_ready(database: Database) -> None:
    readiness = DatabaseReadiness(database)
    assert await readiness.faults() == []
    assert readiness.usage()["pool_max"] == 16


async def test_a_database_that_cannot_be_reached_is_not() -> None:
    nowhere = Database("postgresql://pirwa@/pirwa?host=/nowhere", patience=0.1)
    await nowhere.open()
    assert await DatabaseReadiness(nowhere).faults() == ["too many requests at once"]
    await nowhere.close()
