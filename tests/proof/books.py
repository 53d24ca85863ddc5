"""The books of a database: what no upgrade, downgrade or restore may change."""

from collections.abc import Mapping, Sequence

import psycopg
from psycopg import sql

from adapters.postgres.engine import Database
from adapters.postgres.verification import PostgresVerifier

BOOKS = (
    "company",
    "site",
    "location",
    "category",
    "product",
    "barcode",
    "kit_component",
    "lot",
    "posting",
    "move",
    "stock_balance",
    "site_stock",
    "cost_layer",
    "revaluation",
    "stock_checkpoint",
    "reservation",
    "transfer",
    "transfer_line",
    "outbox_event",
    "idempotency_key",
)
"""Tables of the first revision whose rows are for good."""

Columns = Mapping[str, Sequence[str]]
Digests = Mapping[str, str]


def columns_of(url: str, tables: Sequence[str]) -> Columns:
    """The columns that these tables have now, but for those that PostgreSQL computes."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT table_name::text, array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = ANY (%s) AND is_generated = 'NEVER' GROUP BY 1",
            (list(tables),),
        ).fetchall()
    return dict(rows)


def digests(url: str, columns: Columns) -> Digests:
    """A digest of the rows of each table, in these columns, over all companies; with how many they are."""
    with psycopg.connect(url) as connection:
        return {table: _digest(connection, table, names) for table, names in columns.items()}


def every_company(connection: psycopg.Connection) -> list[str]:
    """The ids of all companies, as the owner of the tables finds them."""
    connection.execute("SELECT set_config('app.platform', 'on', false)")
    return [str(row[0]) for row in connection.execute("SELECT id FROM company ORDER BY id").fetchall()]


async def differences(url: str) -> list[str]:
    """What `pirwa verify` finds wrong in the ledger."""
    database = Database(url, size=2, statement_timeout="5min")
    await database.open()
    verifier = PostgresVerifier(database)
    found = [
        f"{one.company}: {check}: {one.detail}"
        for company_id, code in await verifier.companies()
        for check in verifier.checks
        for one in await verifier.differences(company_id, code, check)
    ]
    await database.close()
    return found


def _digest(connection: psycopg.Connection, table: str, names: Sequence[str]) -> str:
    row = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    statement = sql.SQL(
        "SELECT count(*) || ' rows ' || coalesce(md5(string_agg(t.row, E'\\n' ORDER BY t.row)), '')"
        " FROM (SELECT ROW({row})::text AS row FROM {table}) t"
    ).format(row=row, table=sql.Identifier(table))
    told = []
    for company in every_company(connection):
        connection.execute("SELECT set_config('app.company_id', %s, false)", (company,))
        found = connection.execute(statement).fetchone()
        told.append(str(found[0]) if found else "")
    return "; ".join(told)
