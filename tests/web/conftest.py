"""Tests of the web application in a real browser, on the product as it is served.

One server for the whole run (`pirwa up`: HTTP and a worker in a process of their own, on a database of their own, with what
`make web` built) and one Chromium. Every test has a company of its own, so tests know nothing of each other:

- `shop`     a fresh company with the sites UIO, GYE and LAB on the web server's database, as in `tests/shop.py`:
             `await shop.product("COFFEE")`, `await shop.post("receipt", "COFFEE", 10, site="GYE")`.
- `visit`    somebody at the application: `page = await visit("operator", "GYE", path="/scan", language="en", scheme="dark",
             size=PHONE)`. Each visit is a new person and a browser profile of its own; `visit(None)` is nobody yet. For two
             pages of one person: `await page.context.new_page()`. `await visit.client("admin")` is the API of the same
             server as a program reaches it. `await visit.barriers(page)` is what axe finds (must be `[]`).
- `watch`    stands behind every visit: the test fails when the console shows an error, a script raises, the content security
             policy is violated, a request fails, is answered with 4xx or 5xx, or leaves the origin. What a test provokes it
             allows before: `watch.allow(409, "/api/v1/transfers/")`, `watch.allow_offline()`.
- `server`   `server.url` and its log.
- `chromium` the browser, for profiles of another kind: `await visit.context(language=…, scheme=…, size=…)`.

Use `SIZES`, `LANGUAGES`, `SCHEMES` of `tests.web.visiting` to parametrise. Find things as people do (`page.get_by_role`) and
wait by `expect(locator).to_have_text(…)` of `playwright.async_api`, never by time. Start test modules with
`pytestmark = pytest.mark.anyio`. To look at a page: `await page.screenshot(path="/tmp/page.png", full_page=True)`.

A run builds the application first where its sources are newer (not with PIRWA_SKIP_WEB). Where it cannot be built, or no
Chromium can be had (`tests/web/chromium.py`), the run's summary says so in one line and the tests are skipped.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from playwright.async_api import Browser, async_playwright
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters.postgres.engine import Database
from adapters.postgres.migrate import migrate
from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import tokens_of
from tests.databases import drop_database
from tests.shop import Shop, open_shop
from tests.web.chromium import find_chromium
from tests.web.server import WebServer, free_port, serving
from tests.web.visiting import Visits
from tests.web.watching import Watch
from tools import web

_missing = pytest.StashKey[set[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    reasons: set[str] = config.stash.get(_missing, set())
    for reason in sorted(reasons):
        terminalreporter.write_line(f"Tests of the web application were skipped: {reason}.")


def _skip(config: pytest.Config, reason: object) -> NoReturn:
    config.stash.setdefault(_missing, set[str]()).add(str(reason))
    pytest.skip(str(reason))


@pytest.fixture(scope="session")
def built(pytestconfig: pytest.Config) -> Path:
    """The folder of the built application."""
    try:
        if not os.environ.get("PIRWA_SKIP_WEB"):
            web.build_if_needed()
    except web.Unavailable as reason:
        _skip(pytestconfig, reason)
    if not web.BUILT.exists():
        _skip(pytestconfig, "it has not been built")
    return web.BUILT.parent


@pytest.fixture(scope="session")
def tools(pytestconfig: pytest.Config) -> Path:
    """The folder with the programs that check the application."""
    try:
        web.install_tools()
    except web.Unavailable as reason:
        _skip(pytestconfig, reason)
    return web.TOOLS


@pytest.fixture(scope="session")
def packages(pytestconfig: pytest.Config) -> None:
    """What the sources of the application are made with."""
    try:
        web.install_app()
    except web.Unavailable as reason:
        _skip(pytestconfig, reason)


@pytest.fixture(scope="session")
def web_database_url(server_url: str) -> Iterator[str]:
    """A database for the web server alone, because its worker does whatever is to be done in all of it."""
    name = f"pirwa_web_{new_id().hex[:20]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = make_conninfo(server_url, dbname=name)
        migrate(url)
        yield url
        drop_database(connection, name)


@pytest.fixture(scope="session")
def web_settings(web_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """People reach it at `localhost` too: browsers know passkeys at hosts that have a name."""
    port = free_port()
    return Settings(
        data=tmp_path_factory.mktemp("web"),
        database_url=web_database_url,
        port=port,
        public_url=f"http://localhost:{port}",
        registration=True,
        contact_address="help@pirwa.test",
    )


@pytest.fixture(scope="session")
def server(built: Path, web_settings: Settings) -> Iterator[WebServer]:
    with serving(web_settings) as server:
        yield server


@pytest.fixture(scope="session")
async def chromium(pytestconfig: pytest.Config) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        try:
            found = find_chromium(playwright.chromium.executable_path)
        except web.Unavailable as reason:
            _skip(pytestconfig, reason)
        browser = await playwright.chromium.launch(
            executable_path=found.path, env=dict(found.environment), chromium_sandbox=False
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def web_database(web_database_url: str) -> AsyncIterator[Database]:
    database = Database(web_database_url, size=4)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def shop(web_database: Database) -> Shop:
    """A company of its own on the web server's database."""
    return await open_shop(web_database)


@pytest.fixture
def watch(server: WebServer) -> Iterator[Watch]:
    watch = Watch(server.url)
    yield watch
    if watch.faults:
        pytest.fail("\n".join(watch.faults), pytrace=False)


@pytest.fixture
async def visit(
    chromium: Browser, server: WebServer, shop: Shop, web_settings: Settings, tools: Path, watch: Watch
) -> AsyncIterator[Visits]:
    axe = (tools / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    visits = Visits(chromium, server.url, shop, tokens_of(shop.database, web_settings), axe, watch)
    yield visits
    await visits.close()
