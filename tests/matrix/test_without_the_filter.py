"""Row-level security alone keeps the companies apart: the whole API on statements and functions that have forgotten the company."""

from collections.abc import AsyncIterator, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg
import pytest
from psycopg import sql

from apps.http.app import create_app
from apps.settings import Settings
from tests.matrix import table
from tests.matrix.calls import CALLS
from tests.matrix.rewound import RewoundProvider
from tests.matrix.run import Matrix
from tests.matrix.served import Served
from tests.matrix.unfiltered import UnfilteredDatabase, functions_without_filter
from tests.matrix.world import World
from tests.proof.profile import amount
from tests.proof.recording import Reach

pytestmark = [pytest.mark.anyio, pytest.mark.promise("S2")]

METHODS = amount("GET", "GET POST PUT PATCH DELETE").split()
CALLERS = amount(("admin",), ("admin", "manager", "operator", "owner_inside", "stranger", "api_key"))
LISTS = {
    "product": "GET /products",
    "site": "GET /sites",
    "supplier": "GET /suppliers",
    "outbox_event": "GET /events",
    "audit_entry": "GET /audit",
}


@dataclass
class Unfiltered:
    """The application that has forgotten the company. `conditions` are those that the functions of the database have lost."""

    served: Served
    database: UnfilteredDatabase
    url: str
    conditions: int


@pytest.fixture(scope="module")
async def unfiltered(matrix_settings: Settings, served: Served, world: World) -> AsyncIterator[Unfiltered]:
    url = str(matrix_settings.database_url)
    with functions_without_filter(url) as conditions:
        database = UnfilteredDatabase(url, world.renewal)
        await database.open()
        provider = RewoundProvider(database, matrix_settings.data / "files")
        app = create_app(matrix_settings, provider, write_log=lambda _: None)
        async with app.lifespan():
            yield Unfiltered(replace(served, app=app, database=database), database, url, conditions)
        await database.close()


@contextmanager
def without_wall(url: str, name: str) -> Iterator[None]:
    """Takes one table out of row-level security for a while."""
    table_name = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(table_name))
        try:
            yield
        finally:
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table_name))


def expected(operations: Container[str]) -> table.Cells:
    """The part of the table that these operations and callers fill."""
    rows = {row: cells for row, cells in table.read().items() if row.operation in operations}
    chosen = {row: {name: cells[name] for name in CALLERS if name in cells} for row, cells in rows.items()}
    return {row: cells for row, cells in chosen.items() if cells}


async def test_everybody_is_answered_the_same_without_the_filter_of_the_application(
    unfiltered: Unfiltered, world: World, reached: Reach
) -> None:
    """To the cell, and no word of the other company. Seen to fail with one table after the other taken out of the wall: the test below."""
    operations = sorted(operation for operation in CALLS if operation.split(" ")[0] in METHODS)
    result = await Matrix(unfiltered.served, world).run(operations, CALLERS)
    assert not result.broken, f"{len(result.broken)} of {result.requests} requests:\n" + "\n".join(result.broken)
    changed = list(table.differences(expected(operations), result.cells))
    assert not changed, f"{len(changed)} cells:\n" + "\n".join(changed)
    forgotten = len(unfiltered.database.forget.stripped)
    assert forgotten > amount(100, 300)
    assert unfiltered.conditions > 100
    reached(
        "S2",
        f"{result.requests:,} requests to {len(operations)} operations with the company taken out of {forgotten} statements and"
        f" {unfiltered.conditions} conditions of functions: 0 foreign rows",
    )


@pytest.mark.parametrize("name", LISTS)
async def test_a_table_without_its_wall_is_found_out(unfiltered: Unfiltered, world: World, name: str) -> None:
    """That is what the test above is worth."""
    assert not (await Matrix(unfiltered.served, world).run([LISTS[name]], ["admin"])).broken
    with without_wall(unfiltered.url, name):
        result = await Matrix(unfiltered.served, world).run([LISTS[name]], ["admin"])
    assert any("shows of the other company" in fault for fault in result.broken)
