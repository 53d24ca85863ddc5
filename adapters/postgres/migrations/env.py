"""Runs Alembic revisions over psycopg; started by adapters.postgres.migrate only."""

import psycopg
from alembic import context
from sqlalchemy import create_engine, pool

url = context.config.attributes["url"]
preparation = context.config.attributes["preparation"]
engine = create_engine("postgresql+psycopg://", creator=lambda: connected(), poolclass=pool.NullPool)


def connected() -> psycopg.Connection[tuple[object, ...]]:
    connection = psycopg.connect(url)
    connection.execute(preparation)
    connection.commit()
    return connection


with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
