"""`CategoryRepository` on PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.engine import Connection
from core.domain.category import Category

_ALL = "SELECT name, parent_id, depth, id, version FROM category WHERE company_id = %s"
_ADD = "INSERT INTO category (company_id, id, parent_id, name, depth) VALUES (%s, %s, %s, %s, %s)"
# One statement, because the foreign key ties every category to the depth of its parent.
_CHANGE = """
    WITH RECURSIVE below AS (
        SELECT id, depth FROM category WHERE company_id = %(company)s AND id = %(id)s
        UNION ALL
        SELECT c.id, c.depth FROM category c JOIN below b ON c.company_id = %(company)s AND c.parent_id = b.id
    )
    UPDATE category c SET depth = b.depth + %(depth)s - (SELECT depth FROM category WHERE company_id = %(company)s AND id = %(id)s),
        parent_id = CASE WHEN c.id = %(id)s THEN %(parent)s ELSE c.parent_id END,
        name = CASE WHEN c.id = %(id)s THEN %(name)s ELSE c.name END,
        version = c.version + 1
    FROM below b WHERE c.company_id = %(company)s AND c.id = b.id
"""
_DELETE = "DELETE FROM category WHERE company_id = %s AND id = %s"


class PostgresCategories:
    """`CategoryRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def categories(self) -> Sequence[Category]:
        cursor = await self._connection.execute(_ALL, (self._company_id,))
        return [Category(*row) for row in await cursor.fetchall()]

    async def add_categories(self, categories: Sequence[Category]) -> None:
        rows = [(self._company_id, one.id, one.parent_id, one.name, one.depth) for one in categories]
        await self._connection.cursor().executemany(_ADD, rows)

    async def change_category(self, category: Category) -> None:
        await self._connection.execute(
            _CHANGE,
            {
                "company": self._company_id,
                "id": category.id,
                "depth": category.depth,
                "parent": category.parent_id,
                "name": category.name,
            },
        )

    async def delete_category(self, category_id: UUID) -> None:
        await self._connection.execute(_DELETE, (self._company_id, category_id))
