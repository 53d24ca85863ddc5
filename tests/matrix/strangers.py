"""What gives a company away to another: every id in its rows, and the words that only it uses."""

import re
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tests.matrix.builder import Side

_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TABLES = """
    SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND c.column_name = 'company_id' AND t.table_type = 'BASE TABLE'
"""


@dataclass(frozen=True)
class Traces:
    """What belongs to one company alone."""

    ids: frozenset[str]
    words: re.Pattern[str]
    literal: tuple[str, ...]

    def found_in(self, text: str) -> list[str]:
        """Looks for the words as they stand first: most texts have none of them."""
        words = self.words.findall(text) if any(word in text for word in self.literal) else []
        return sorted({*words, *(self.ids.intersection(_IDS.findall(text)))})


def traces_of(url: str, side: Side, twin: Side) -> Traces:
    """What an answer to somebody of the twin must never show. `url` is that of the owner of the tables."""
    with psycopg.connect(url) as connection:
        ids = _ids_of(connection, side) - _ids_of(connection, twin)
    words = "|".join(map(re.escape, (side.mark, side.code)))
    return Traces(ids, re.compile(rf"{words}|\b{side.only}\b"), (side.mark, side.code, side.only))


def _ids_of(connection: psycopg.Connection, side: Side) -> frozenset[str]:
    connection.execute("SELECT set_config('app.company_id', %s, false)", (str(side.company),))
    found = {str(side.company)}
    for (table,) in connection.execute(_TABLES).fetchall():
        statement = sql.SQL("SELECT t::text FROM {} t WHERE company_id = %s").format(sql.Identifier(table))
        for (row,) in connection.execute(statement, (side.company,)):
            found.update(_IDS.findall(row))
    return frozenset(found)
