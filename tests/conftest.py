"""What the tests stand on: one real PostgreSQL per run, its schema built by the migrations, a new company per test.

`PIRWA_TEST_DATABASE_URL` (an owner with CREATEROLE and CREATEDB) runs the suite on an external server instead of the embedded one.
"""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from litestar import Litestar
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters.embedded_postgres import EmbeddedPostgres
from adapters.postgres.engine import Database
from adapters.postgres.migrate import migrate
from apps.http.app import create_app
from apps.loading import collect_less
from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import Api, tokens_of
from tests.databases import drop_database
from tests.proof.recording import (  # noqa: F401 - hooks and a fixture of pytest's
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_runtest_setup,
    pytest_terminal_summary,
    reached,
)
from tests.shop import Shop, open_shop


def pytest_collection_finish() -> None:
    """As every process that serves: a fifth of the run went into looking for cycles in what lives as long as it does."""
    collect_less()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The server that the run uses: external where one is named, else embedded and not durable."""
    if external := os.environ.get("PIRWA_TEST_DATABASE_URL"):
        yield external
        return
    with tempfile.TemporaryDirectory(prefix="pw") as folder, EmbeddedPostgres(Path(folder), durable=False) as server:
        yield server.url


@pytest.fixture(scope="session")
def database_url(server_url: str) -> Iterator[str]:
    """A database of this run's own, migrated to the present schema."""
    name = f"pirwa_test_{new_id().hex[:20]}"
    identifier = sql.Identifier(name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(identifier))
        url = make_conninfo(server_url, dbname=name)
        migrate(url)
        yield url
        drop_database(connection, name)


@pytest.fixture(scope="session")
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, size=16)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def shop(database: Database) -> Shop:
    """A company of its own with sites UIO (warehouse), GYE (point of sale) and LAB (laboratory)."""
    return await open_shop(database)


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data=tmp_path_factory.mktemp("data"), database_url=database_url)


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    """The whole application, in process, on the run's database."""
    app = create_app(settings, write_log=lambda _: None)
    async with app.lifespan():
        yield app


@pytest.fixture
def api(app: Litestar, settings: Settings, shop: Shop) -> Api:
    """The HTTP API of the test's company: `await api.client("operator", "GYE")` is somebody signed in."""
    return Api(app, shop, tokens_of(shop.database, settings))
