"""A database in which nearly every table has rows: a company that has done a little of everything, built through the application."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from adapters.postgres.audit_chain import PostgresAuditChain
from adapters.postgres.engine import Database, Scope
from adapters.postgres.migrate import migrate
from adapters.secrets.audit_key import audit_key
from apps.http.app import create_app
from apps.settings import Settings
from core.domain.ids import new_id
from tests.api import tokens_of
from tests.databases import drop_database
from tests.matrix.builder import Builder, Side
from tests.matrix.people import Registry
from tests.matrix.world import fill_company


@contextmanager
def own_database(server_url: str, name: str, template: str | None = None) -> Iterator[str]:
    """A database of a test's own: an empty one, or a copy of another, which nobody may use meanwhile."""
    full = f"pirwa_{name}_{new_id().hex[:20]}"
    made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(full))
    if template:
        source = str(conninfo_to_dict(template)["dbname"])
        made += sql.SQL(" TEMPLATE {}").format(sql.Identifier(source))
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(made)
        try:
            yield make_conninfo(server_url, dbname=full)
        finally:
            drop_database(server, full)


async def fill(settings: Settings) -> Side:
    """Migrates the database that the settings name and fills it with one company. Returns what there is in it."""
    url = settings.database_url or ""
    migrate(url)
    database = Database(url)
    await database.open()
    app = create_app(settings, write_log=lambda _: None)
    async with app.lifespan():
        registry = Registry(database, tokens_of(database, settings), app, url)
        side = Side("andina", "canary-a", "ORO")
        await fill_company(Builder(side, registry, await registry.person("owner", owner=True)))
        await database.fetch(Scope(side.company), "SELECT ledger_checkpoint(%s)", (datetime.now(UTC).date(),))
        chain = PostgresAuditChain(database, audit_key(settings.audit_key, settings.data))
        while await chain.seal(side.company):
            pass
    await database.close()
    return side
