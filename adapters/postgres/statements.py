"""SQLAlchemy Core composes statements; psycopg runs their text. A statement is compiled once, at import or per shape of filter."""

from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql import psycopg


def compiled(statement: Executable) -> str:
    """The SQL text of a statement whose bound parameters are all named (`bindparam`), in psycopg's `%(name)s` style."""
    return str(statement.compile(dialect=psycopg.dialect()))  # type: ignore[attr-defined, no-untyped-call]
