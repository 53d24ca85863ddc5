"""`ImageRepository` on PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from adapters.postgres.engine import Connection
from core.ports.catalogue import ProductImage

_KEEP_FILES = "SELECT pg_advisory_xact_lock_shared(hashtextextended('files:' || %s, 0))"
_FORGET_FILES = "SELECT pg_advisory_xact_lock(hashtextextended('files:' || %s, 0))"
_UNREFERENCED = """
    SELECT digest FROM unnest(%(digests)s::text[]) AS digest
    WHERE NOT EXISTS (SELECT FROM product_image WHERE company_id = %(company)s AND digest.digest IN (product_image.digest, thumbnail_digest))
      AND NOT EXISTS (SELECT FROM attachment WHERE company_id = %(company)s AND attachment.digest = digest.digest)
      AND NOT EXISTS (SELECT FROM purchase_order_sending s WHERE s.company_id = %(company)s AND s.digest = digest.digest)
"""
_IMAGES = """
    SELECT product_id, digest, thumbnail_digest, media_type, width, height, size, id FROM product_image
    WHERE company_id = %s AND product_id = %s ORDER BY position, id
"""
_ADD = """
    INSERT INTO product_image (company_id, id, product_id, position, digest, thumbnail_digest, media_type, width, height, size)
    SELECT %(company)s, %(id)s, %(product)s, coalesce(max(position), 0) + 1, %(digest)s, %(thumbnail)s, %(type)s, %(width)s, %(height)s,
        %(size)s
    FROM product_image WHERE company_id = %(company)s AND product_id = %(product)s
"""
_ORDER = """
    UPDATE product_image i SET position = wanted.position
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted(id, position) WHERE i.company_id = %s AND i.id = wanted.id
"""
_DELETE = "DELETE FROM product_image WHERE company_id = %s AND id = %s"


class PostgresImages:
    """`ImageRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def keep_files(self) -> None:
        await self._connection.execute(_KEEP_FILES, (str(self._company_id),))

    async def unreferenced_files(self, digests: Sequence[str]) -> Sequence[str]:
        await self._connection.execute(_FORGET_FILES, (str(self._company_id),))
        cursor = await self._connection.execute(
            _UNREFERENCED, {"company": self._company_id, "digests": list(set(digests))}
        )
        return [row[0] for row in await cursor.fetchall()]

    async def images(self, product_id: UUID) -> Sequence[ProductImage]:
        cursor = await self._connection.execute(_IMAGES, (self._company_id, product_id))
        return [ProductImage(*row) for row in await cursor.fetchall()]

    async def add_image(self, image: ProductImage) -> None:
        await self._connection.execute(
            _ADD,
            {
                "company": self._company_id,
                "id": image.id,
                "product": image.product_id,
                "digest": image.digest,
                "thumbnail": image.thumbnail_digest,
                "type": image.media_type,
                "width": image.width,
                "height": image.height,
                "size": image.size,
            },
        )

    async def order_images(self, image_ids: Sequence[UUID]) -> None:
        await self._connection.execute(_ORDER, (list(image_ids), self._company_id))

    async def delete_image(self, image_id: UUID) -> None:
        await self._connection.execute(_DELETE, (self._company_id, image_id))
