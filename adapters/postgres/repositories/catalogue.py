"""`CatalogueRepository` on PostgreSQL."""

from adapters.postgres.repositories.categories import PostgresCategories
from adapters.postgres.repositories.product_images import PostgresImages
from adapters.postgres.repositories.products import PostgresProducts


class PostgresCatalogue(PostgresCategories, PostgresProducts, PostgresImages):
    """`CatalogueRepository` in the transaction of a unit of work."""
