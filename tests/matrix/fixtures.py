"""The database of the matrix, which is its own, and what is served on it."""

from collections import deque
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters.postgres.engine import Database
from adapters.postgres.migrate import migrate
from apps.http.app import create_app
from apps.settings import Settings
from core.domain.ids import new_id
from tests.databases import drop_database
from tests.matrix.builder import Side
from tests.matrix.outcome import Marks
from tests.matrix.places import places_of, routes_of
from tests.matrix.rewound import RewoundDatabase, RewoundProvider
from tests.matrix.served import Served
from tests.matrix.strangers import traces_of
from tests.matrix.world import World, build_world


@pytest.fixture(scope="session")
def matrix_settings(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with a database that no other test fills."""
    name = f"pirwa_matrix_{new_id().hex[:20]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_conninfo(server_url, dbname=name)
        migrate(url)
        yield Settings(
            data=tmp_path_factory.mktemp("data"),
            database_url=url,
            registration=True,
            smtp_url="smtp://127.0.0.1:9",
            mail_from="pirwa@example.org",
            contact_address="contact@example.org",
        )
        drop_database(connection, name)


@pytest.fixture(scope="session")
async def world(matrix_settings: Settings) -> AsyncIterator[World]:
    """Two companies and those who call, there for good."""
    assert matrix_settings.database_url
    database = Database(matrix_settings.database_url)
    await database.open()
    app = create_app(matrix_settings, write_log=lambda _: None)
    async with app.lifespan():
        yield await build_world(database, matrix_settings, app, [route.rule for route in routes_of(app).values()])
    await database.close()


@pytest.fixture(scope="session")
async def served(matrix_settings: Settings, world: World) -> AsyncIterator[Served]:
    """The application on a database where nothing lasts."""
    url = matrix_settings.database_url
    assert url
    database = RewoundDatabase(url, world.renewal)
    await database.open()
    provider = RewoundProvider(database, matrix_settings.data / "files")
    log: deque[bytes] = deque(maxlen=10)
    app = create_app(matrix_settings, provider, write_log=log.append)
    here, there = world.here, world.there
    async with app.lifespan():
        yield Served(
            app,
            database,
            routes_of(app),
            places_of(app.openapi_schema.to_schema()),
            {side.code: traces_of(url, side, twin) for side, twin in ((here, there), (there, here))},
            {side.code: marks_of(side) for side in (here, there)},
            log,
        )
    await database.close()


def marks_of(side: Side) -> Marks:
    """What shows that an answer speaks of UIO, or of GYE."""
    local = [names for names in side.named.values() if {"own", "other"} <= names.keys()]
    return Marks(
        {
            code.lower(): [code, f"{side.mark}-{code.lower()}", *(names[label] for names in local)]
            for code, label in (("UIO", "own"), ("GYE", "other"))
        }
    )
