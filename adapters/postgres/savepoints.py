"""Savepoints: a part of a transaction that may fail without the rest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import errors, generators, pq

from adapters.postgres.constraints import translated
from adapters.postgres.engine import Connection

_SUCCESS = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)


@asynccontextmanager
async def savepoint(connection: Connection) -> AsyncIterator[None]:
    """What is done within is undone if it raises, and the transaction goes on. They may be nested. Errors of the database are raised as
    those of the domain that they mean."""
    await _say(connection, b"SAVEPOINT trial")
    try:
        yield
    except errors.Error as error:
        await _say(connection, b"ROLLBACK TO SAVEPOINT trial")
        raise translated(error) from error
    except Exception:
        await _say(connection, b"ROLLBACK TO SAVEPOINT trial")
        raise
    finally:
        await _say(connection, b"RELEASE SAVEPOINT trial")


async def _say(connection: Connection, words: bytes) -> None:
    """Past psycopg, which would throw away all prepared statements at the word ROLLBACK."""
    connection.pgconn.send_query(words)
    for result in await connection.wait(generators.execute(connection.pgconn)):
        if result.status not in _SUCCESS:
            raise errors.error_from_result(result)
