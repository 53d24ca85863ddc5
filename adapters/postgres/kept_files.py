"""Which files the rows of a company refer to."""

from collections.abc import Collection
from uuid import UUID

from adapters.postgres.engine import Database, Scope

_KEPT = """
    SELECT digest FROM attachment WHERE company_id = %(company)s
    UNION SELECT digest FROM product_image WHERE company_id = %(company)s
    UNION SELECT thumbnail_digest FROM product_image WHERE company_id = %(company)s
    UNION SELECT digest FROM purchase_order_sending WHERE company_id = %(company)s AND digest IS NOT NULL
    UNION SELECT digest FROM job WHERE company_id = %(company)s AND digest IS NOT NULL
"""


async def kept_files(database: Database, company_id: UUID) -> Collection[str]:
    """The digests of all files of the company."""
    rows = await database.fetch(Scope(company_id), _KEPT, {"company": company_id})
    return {row[0] for row in rows}
