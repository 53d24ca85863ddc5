"""What the catalogue of the database itself promises: books that nobody changes, and no reference from one company into another."""

from collections import defaultdict

import psycopg
import pytest
from psycopg import sql

from adapters.postgres.engine import Database
from tests.proof.recording import Reach
from tests.shop import Shop, open_shop

pytestmark = pytest.mark.anyio

BOOKS = ("posting", "move", "revaluation")
"""What was posted: only ever added to, by the ledger functions alone."""
KEPT = (*BOOKS, "stock_balance", "site_stock", "cost_layer", "stock_checkpoint", "lot", "audit_entry", "audit_seal")
"""What the functions of the ledger and of the trail keep: nobody else writes it at all."""

_NO_RIGHT, _APPEND_ONLY = "42501", "PW005"

_REFERENCES = """
    SELECT c.conname::text, c.conrelid::regclass::text, c.confrelid::regclass::text,
           ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, i) JOIN pg_attribute a
                 ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.i),
           ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, i) JOIN pg_attribute a
                 ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.i)
    FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
"""
_OF_COMPANIES = """
    SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'company_id'
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
# Before each statement that updates (16), deletes (8) or truncates (32), and switched on.
_GUARDED = f"""
    SELECT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.proname = 'refuse_change' AND t.tgtype & 58 = 58 AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL
      AND t.tgrelid::regclass::text = ANY ('{{{",".join(BOOKS)}}}')
"""
_COLUMNS = """
    SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
"""


def attempts(owner: psycopg.Connection, table: str) -> list[str]:
    """Every way of changing or removing what stands in a table: column by column, as a whole, row by row."""
    columns = [name for (name,) in owner.execute(_COLUMNS, (table,)).fetchall()]
    return [
        *(f"UPDATE {table} SET {name} = {name}" for name in columns),
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
    ]


def refusal(connection: psycopg.Connection, statement: str) -> str | None:
    """With which state the server says no; none where it says nothing of the kind."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement)
    except psycopg.Error as error:
        return error.sqlstate
    return None


async def traded(database: Database) -> Shop:
    shop = await open_shop(database)
    await shop.product("TEA")
    await shop.post("receipt", "TEA", 10)
    await shop.post("sale", "TEA", 1)
    return shop


@pytest.mark.promise("I5")
async def test_nobody_changes_what_was_posted(database: Database, database_url: str, reached: Reach) -> None:
    """Not those who serve, nor the dispatcher: they have no right to, whatever triggers there are besides. Of the books themselves not even
    who owns them. Seen to fail with a grant on one column of postings, and without the trigger on emptying the table of moves, which
    both went unnoticed behind the other wall before each was asked for by itself."""
    shop, tried = await traded(database), 0
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT set_config('app.company_id', %s, false)", (str(shop.company_id),))
        assert sorted(connection.execute(_GUARDED).fetchall()) == sorted((table,) for table in BOOKS)
        for role, tables, wall in (
            ("pirwa_app", KEPT, _NO_RIGHT),
            ("pirwa_dispatch", KEPT, _NO_RIGHT),
            (None, BOOKS, _APPEND_ONLY),
        ):
            for table in tables:
                for statement in attempts(connection, table):
                    connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)) if role else "RESET ROLE")
                    assert refusal(connection, statement) == wall, (role or "the owner", statement)
                    connection.execute("RESET ROLE")
                    tried += 1
    reached("I5", f"{tried} statements that change, delete or empty, by three roles: all denied")


@pytest.mark.promise("I8")
async def test_every_reference_carries_its_company(database_url: str, reached: Reach) -> None:
    """Of two tables of companies none points at the other but by a key that begins with the company on both sides, and no row does. Seen to
    fail with reservations that refer to their product by its id alone."""
    with psycopg.connect(database_url) as owner:
        of_companies = {name for (name,) in owner.execute(_OF_COMPANIES).fetchall()}
        references = owner.execute(_REFERENCES).fetchall()
        between = [each for each in references if {each[1], each[2]} <= of_companies]
        bare = [name for name, _, _, own, theirs in between if "company_id" not in own or "company_id" not in theirs]
        assert bare == []
        crossed = [name for name, _, _, own, theirs in between if own.index("company_id") != theirs.index("company_id")]
        assert crossed == []
        for table in of_companies:
            owner.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.Identifier(table)))
        for name, table, target, own, theirs in between:
            assert owner.execute(rows_astray(table, target, own, theirs)).fetchone() == (0,), name
        owner.rollback()
    reached(
        "I8", f"{len(between)} references between tables of companies: all by keys that hold the company, 0 rows astray"
    )


def rows_astray(table: str, target: str, own: list[str], theirs: list[str]) -> sql.Composed:
    """How many rows name what their own company does not have."""
    pairs = [(a, b) for a, b in zip(own, theirs, strict=True) if b != "company_id"]
    same: list[sql.Composable] = [sql.SQL("a.{} = b.{}").format(sql.Identifier(a), sql.Identifier(b)) for a, b in pairs]
    return sql.SQL(
        "SELECT count(*) FROM {table} a WHERE {given} AND NOT EXISTS (SELECT FROM {target} b WHERE {same} AND b.company_id = a.company_id)"
    ).format(
        table=sql.Identifier(table),
        target=sql.Identifier(target),
        same=sql.SQL(" AND ").join(same or [sql.SQL("true")]),
        given=sql.SQL(" AND ").join([sql.SQL("a.{} IS NOT NULL").format(sql.Identifier(a)) for a in own]),
    )


@pytest.mark.promise("I8")
async def test_no_row_names_what_is_another_companys(database: Database, database_url: str, reached: Reach) -> None:
    """Whatever column it stands in, with a reference or without: no id of a row occurs in the rows of two companies, but those of
    people. Seen to fail with one id inside the events of every company."""
    for _ in range(2):
        await traded(database)
    companies_of, looked_at = defaultdict[str, set[str]](set), 0
    with psycopg.connect(database_url) as owner:
        people = {str(key) for (key,) in owner.execute("SELECT id FROM app_user").fetchall()}
        for (table,) in owner.execute(_OF_COMPANIES).fetchall():
            name = sql.Identifier(table)
            owner.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
            ids = sql.SQL(
                "SELECT DISTINCT t.company_id::text, m[1] FROM {} t CROSS JOIN regexp_matches(t::text,"
                " '[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}', 'g') AS m WHERE t.company_id IS NOT NULL"
            ).format(name)
            for company, found in owner.execute(ids):
                companies_of[found].add(company)
                looked_at += 1
        owner.rollback()
    shared = {key for key, companies in companies_of.items() if len(companies) > 1} - people
    shared -= {"00000000-0000-0000-0000-000000000000"}
    assert shared == set()
    reached("I8", f"{looked_at:,} ids in the rows of all tables: none of one company's in a row of another")
