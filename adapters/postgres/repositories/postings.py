"""`PostingReader` on PostgreSQL."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from adapters.postgres.engine import Connection, Database, Row, Scope
from core.domain.access import Actor
from core.domain.stock import Document, DocumentType, Line, Posting, PostingKind, ReturnedKey

_POSTING = """
    SELECT p.kind, p.document_type, p.document_number, p.document_date, p.document_party, p.reason, p.note, p.currency,
           p.effective_at, p.source, p.source_ref, p.reversal_of, p.transfer_id,
           m.product_id, m.from_location_id, m.to_location_id, m.quantity, m.cost, m.unit_price, m.total, m.lot_id, m.kit_id,
           m.kit_quantity, m.from_site_id, m.to_site_id
    FROM posting p JOIN move m ON m.company_id = p.company_id AND m.posting_id = p.id
    WHERE p.company_id = %(company)s AND p.id = %(id)s ORDER BY m.number
"""

_RETURNED = """
    SELECT m.product_id, m.lot_id, m.kit_id, sum(m.quantity)
    FROM posting p JOIN move m ON m.company_id = p.company_id AND m.posting_id = p.id
    WHERE p.company_id = %(company)s AND p.return_of = %(sale)s
      AND NOT EXISTS (SELECT FROM posting u WHERE u.company_id = p.company_id AND u.reversal_of = p.id)
    GROUP BY 1, 2, 3
"""


def _posting(posting_id: UUID, rows: list[Row]) -> Posting:
    head = rows[0]
    return Posting(
        kind=PostingKind(head[0]),
        lines=tuple(
            Line(
                product=row[13],
                source=row[14],
                destination=row[15],
                quantity=row[16],
                cost=row[17],
                unit_price=row[18],
                total=row[19],
                lot_id=row[20],
                kit_id=row[21],
                kit_quantity=row[22],
            )
            for row in rows
        ),
        document=Document(DocumentType(head[1]), head[2], head[3], head[4]),
        reason=head[5],
        note=head[6],
        currency=head[7],
        effective_at=head[8],
        source=head[9],
        source_ref=head[10],
        reversal_of=head[11],
        transfer_id=head[12],
        id=posting_id,
    )


def _visible(actor: Actor, rows: list[Row]) -> bool:
    """A posting is visible to whoever may see one of its sites."""
    return bool(rows) and (actor.read_sites is None or any({row[23], row[24]} & actor.read_sites for row in rows))


class PostgresPostings:
    """`PostingReader` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def posting(self, actor: Actor, posting_id: UUID) -> Posting | None:
        cursor = await self._connection.execute(_POSTING, {"company": self._company_id, "id": posting_id})
        rows = await cursor.fetchall()
        return _posting(posting_id, rows) if _visible(actor, rows) else None

    async def returned(self, sale_id: UUID) -> Mapping[ReturnedKey, Decimal]:
        await self._connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('return:' || %s, 0))", (str(sale_id),)
        )
        cursor = await self._connection.execute(_RETURNED, {"company": self._company_id, "sale": sale_id})
        return {(row[0], row[1], row[2]): row[3] for row in await cursor.fetchall()}


class PostingLookup:
    """`PostingReader` outside a unit of work: postings are immutable, so reading one ahead of its reversal is safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def posting(self, actor: Actor, posting_id: UUID) -> Posting | None:
        rows = await self._database.fetch(
            Scope(actor.company_id), _POSTING, {"company": actor.company_id, "id": posting_id}
        )
        return _posting(posting_id, rows) if _visible(actor, rows) else None
