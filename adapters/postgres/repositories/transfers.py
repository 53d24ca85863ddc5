"""`TransferRepository` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection, Row
from adapters.postgres.link import Question, together
from adapters.postgres.queries.transfers import TRANSFER, transfer_view
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.transfer import Transfer, TransferLine, TransferSite, TransferState
from core.domain.transfer_draft import KnownGoods, KnownSite
from core.ports.transfers import TransferView

_SITES = "SELECT id, code, active FROM site WHERE company_id = %s AND (id = ANY (%s::uuid[]) OR code = ANY (%s))"
_GOODS = """
    SELECT coalesce(i.id, c.id), coalesce(i.kind, c.kind), coalesce(i.tracking, c.tracking),
           EXISTS (SELECT FROM lot l WHERE l.company_id = %(company)s AND l.product_id = coalesce(i.id, c.id) AND l.number = r.lot)
    FROM unnest(%(ids)s::uuid[], %(skus)s::text[], %(lots)s::text[]) WITH ORDINALITY AS r(id, sku, lot, place)
    LEFT JOIN product i ON i.company_id = %(company)s AND i.id = r.id
    LEFT JOIN product c ON c.company_id = %(company)s AND c.sku_key = r.sku
    ORDER BY r.place
"""
_LOCK_NUMBERS = "SELECT pg_advisory_xact_lock(hashtextextended('transfer-number:' || %s, 0))"
_ADD = """
    INSERT INTO transfer (company_id, id, number, state, source_site_id, destination_site_id, note, created_by)
    SELECT %(company)s, %(id)s, coalesce(max(number), 0) + 1, %(state)s, %(source)s, %(destination)s, %(note)s, %(created_by)s
    FROM transfer WHERE company_id = %(company)s
"""
_LOCKED = """
    SELECT t.state, t.number, t.version, s.id, s.code, d.id, d.code
    FROM transfer t
    JOIN site s ON s.company_id = t.company_id AND s.id = t.source_site_id
    JOIN site d ON d.company_id = t.company_id AND d.id = t.destination_site_id
    WHERE t.company_id = %s AND t.id = %s FOR NO KEY UPDATE OF t
"""
_LINES = """
    SELECT l.line, l.product_id, l.requested, o.number, l.shipped, l.received, l.resolved, l.shipped_cost, l.settled_cost
    FROM transfer_line l LEFT JOIN lot o ON o.company_id = l.company_id AND o.product_id = l.product_id AND o.id = l.lot_id
    WHERE l.company_id = %s AND l.transfer_id = %s ORDER BY l.line
"""
_SAVE = "UPDATE transfer SET state = %s, version = version + 1, updated_at = now() WHERE company_id = %s AND id = %s"
_SAVE_LINES = """
    INSERT INTO transfer_line (company_id, transfer_id, line, product_id, lot_id, requested, shipped, received, resolved,
                               shipped_cost, settled_cost)
    SELECT %(company)s, %(id)s, r.number, r.product, o.id, r.requested, r.shipped, r.received, r.resolved, r.shipped_cost, r.settled_cost
    FROM json_to_recordset(%(lines)s::json) AS r(number int, product uuid, lot text, requested numeric, shipped numeric,
         received numeric, resolved numeric, shipped_cost numeric, settled_cost numeric)
    LEFT JOIN lot o ON o.company_id = %(company)s AND o.product_id = r.product AND o.number = r.lot
    ON CONFLICT (company_id, transfer_id, line) DO UPDATE SET lot_id = excluded.lot_id, requested = excluded.requested,
        shipped = excluded.shipped, received = excluded.received, resolved = excluded.resolved,
        shipped_cost = excluded.shipped_cost, settled_cost = excluded.settled_cost
"""


class PostgresTransfers:
    """`TransferRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def sites(self, references: Sequence[str]) -> Mapping[str, KnownSite]:
        ids = [found for text in references if (found := parse_id(text))]
        cursor = await self._connection.execute(_SITES, (self._company_id, ids, [text.upper() for text in references]))
        known: dict[object, KnownSite] = {}
        for site_id, code, active in await cursor.fetchall():
            known[site_id] = known[code] = KnownSite(TransferSite(site_id, code), active)
        named = {text: known.get(parse_id(text) or text.upper()) for text in references}
        return {text: site for text, site in named.items() if site}

    async def goods(self, references: Sequence[tuple[str, str | None]]) -> Sequence[KnownGoods | None]:
        parameters = {
            "company": self._company_id,
            "ids": [parse_id(product) for product, _ in references],
            "skus": [product.strip().lower() for product, _ in references],
            "lots": [lot for _, lot in references],
        }
        cursor = await self._connection.execute(_GOODS, parameters)
        return [KnownGoods(*row) if row[0] else None for row in await cursor.fetchall()]

    async def add(self, transfer: Transfer, note: str, created_by: UUID) -> TransferView:
        parameters = {
            "company": self._company_id,
            "id": transfer.id,
            "state": transfer.state.value,
            "source": transfer.source.id,
            "destination": transfer.destination.id,
            "note": note,
            "created_by": created_by,
        }
        # In one message: whoever starts a transfer waits for all of this of whoever came before, and holds stock meanwhile.
        lock = (_LOCK_NUMBERS, (str(self._company_id),))
        return await self._store(transfer, lock, (_ADD, parameters))

    async def locked(self, transfer_id: UUID) -> Transfer | None:
        cursor = await self._connection.execute(_LOCKED, (self._company_id, transfer_id))
        row = await cursor.fetchone()
        if row is None:
            return None
        cursor = await self._connection.execute(_LINES, (self._company_id, transfer_id))
        return _transfer(transfer_id, row, await cursor.fetchall())

    async def lock_stock(self, transfer: Transfer) -> None:
        ends = (transfer.source.id, transfer.destination.id)
        pairs = [(line.product, site) for line in transfer.lines for site in ends]
        await self._connection.execute(
            "SELECT ledger_lock_stock(%s::uuid[], %s::uuid[])", ([one for one, _ in pairs], [site for _, site in pairs])
        )

    async def save(self, transfer: Transfer) -> TransferView:
        return await self._store(transfer, (_SAVE, (transfer.state.value, self._company_id, transfer.id)))

    async def _store(self, transfer: Transfer, *questions: Question) -> TransferView:
        """Asks them, stores the lines and returns what it has become, all in one message."""
        key = {"company": self._company_id, "id": transfer.id}
        lines = (_SAVE_LINES, key | {"lines": msgspec.json.encode(transfer.lines).decode()})
        *_, rows = await together(self._connection, *questions, lines, (TRANSFER, key | {"reach": None, "costs": True}))
        view = transfer_view(rows)
        if view is None:
            raise NotFound("transfer_not_found", "no transfer has this id")
        return view


def _transfer(transfer_id: UUID, row: Row, lines: Sequence[Row]) -> Transfer:
    return Transfer(
        source=TransferSite(*row[3:5]),
        destination=TransferSite(*row[5:7]),
        lines=tuple(TransferLine(*line) for line in lines),
        state=TransferState(row[0]),
        number=row[1],
        version=row[2],
        id=transfer_id,
    )
