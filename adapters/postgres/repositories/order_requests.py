"""`OrderRequestRepository` on PostgreSQL."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection, Row
from adapters.postgres.queries.order_requests import REQUEST, request_view
from core.domain.errors import NotFound
from core.domain.ids import parse_id
from core.domain.order_request import OrderRequest, RequestKind, RequestLine, RequestState
from core.domain.order_request_draft import NamedProduct
from core.domain.product import ProductKind, Tracking
from core.domain.purchase_order import OrderState
from core.domain.transfer import TransferState
from core.ports.order_requests import OrderRequestView, Worth

_PRODUCTS = """
    SELECT p.*, EXISTS (SELECT FROM kit_component k WHERE k.company_id = %(company)s AND k.kit_id = p.id)
    FROM unnest(%(ids)s::uuid[], %(skus)s::text[]) WITH ORDINALITY AS r(id, sku, place)
    LEFT JOIN product i ON i.company_id = %(company)s AND i.id = r.id
    LEFT JOIN product c ON c.company_id = %(company)s AND c.sku_key = r.sku
    CROSS JOIN LATERAL (SELECT coalesce(i.id, c.id) AS id, coalesce(i.kind, c.kind), coalesce(i.tracking, c.tracking),
                               coalesce(i.active, c.active)) p
    ORDER BY r.place
"""
_NUMBER = """
    INSERT INTO order_request_number AS n (company_id, last) VALUES (%s, 1)
    ON CONFLICT (company_id) DO UPDATE SET last = n.last + 1 RETURNING last
"""
_ADD = """
    INSERT INTO order_request (company_id, id, number, kind, state, site_id, requested_by, reason, needed_on)
    VALUES (%(company)s, %(id)s, %(number)s, %(kind)s, %(state)s, %(site)s, %(requester)s, %(reason)s, %(needed_on)s)
"""
# The transfer or the order first, as their receipts do: whoever locks both keeps this order.
_LOCK_TRANSFER = """
    SELECT FROM transfer t JOIN order_request r ON r.company_id = t.company_id AND r.transfer_id = t.id
    WHERE r.company_id = %s AND r.id = %s FOR NO KEY UPDATE OF t
"""
_LOCK_ORDER = """
    SELECT FROM purchase_order o JOIN order_request r ON r.company_id = o.company_id AND r.purchase_order_id = o.id
    WHERE r.company_id = %s AND r.id = %s FOR NO KEY UPDATE OF o
"""
_LOCKED = """
    SELECT r.id, r.kind, r.site_id, r.requested_by, r.reason, r.needed_on, r.state, r.decided_by, r.closing_reason, r.transfer_id,
           (SELECT t.state FROM transfer t WHERE t.company_id = r.company_id AND t.id = r.transfer_id),
           r.purchase_order_id, (SELECT o.state FROM purchase_order o WHERE o.company_id = r.company_id AND o.id = r.purchase_order_id),
           r.number, r.version
    FROM order_request r WHERE r.company_id = %s AND {key} = %s FOR NO KEY UPDATE OF r
"""
_LOCKED_BY_ID, _LOCKED_BY_TRANSFER = _LOCKED.format(key="r.id"), _LOCKED.format(key="r.transfer_id")
_LOCKED_BY_ORDER = _LOCKED.format(key="r.purchase_order_id")
_LINES = """
    SELECT line, product_id, quantity, granted, fulfilled, closed
    FROM order_request_line WHERE company_id = %s AND request_id = %s ORDER BY line
"""
_SAVE = """
    UPDATE order_request SET state = %(state)s, site_id = %(site)s, reason = %(reason)s, needed_on = %(needed_on)s,
        decided_by = %(decided_by)s, decided_at = CASE WHEN %(decided_by)s::uuid IS NOT NULL THEN coalesce(decided_at, now()) END,
        closing_reason = %(closing_reason)s, transfer_id = %(transfer)s, purchase_order_id = %(purchase_order)s, version = version + 1, updated_at = now()
    WHERE company_id = %(company)s AND id = %(id)s
"""
_ADD_LINES = """
    INSERT INTO order_request_line (company_id, request_id, line, product_id, quantity)
    SELECT %(company)s, %(id)s, r.number, r.product, r.quantity
    FROM json_to_recordset(%(lines)s::json) AS r(number int, product uuid, quantity numeric)
"""
_SAVE_LINES = """
    UPDATE order_request_line l SET granted = r.granted, fulfilled = r.fulfilled, closed = r.closed
    FROM json_to_recordset(%(lines)s::json) AS r(number int, granted numeric, fulfilled numeric, closed numeric)
    WHERE l.company_id = %(company)s AND l.request_id = %(id)s AND l.line = r.number
"""
_FORGET_LINES = "DELETE FROM order_request_line WHERE company_id = %s AND request_id = %s"
_FORGET = "DELETE FROM order_request WHERE company_id = %s AND id = %s"
_WORTH = """
    SELECT (SELECT coalesce(sum(l.quantity * p.price), 0) FROM order_request_line l
            JOIN product p ON p.company_id = l.company_id AND p.id = l.product_id
            WHERE l.company_id = c.id AND l.request_id = %s), c.approval_threshold
    FROM company c WHERE c.id = %s
"""
_ADD_POSTING = "INSERT INTO order_request_posting (company_id, request_id, posting_id) VALUES (%s, %s, %s)"
_CONSUME = "SELECT ledger_end_reservations(%s, 'consumed', %s::json)"


class _Part(msgspec.Struct):
    """How much of what a line was granted is about to move."""

    line: int
    quantity: Decimal
    whole: Decimal
    is_last: bool


class PostgresOrderRequests:
    """`OrderRequestRepository` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def products(self, references: Sequence[str]) -> Sequence[NamedProduct | None]:
        parameters = {
            "company": self._company_id,
            "ids": [parse_id(text) for text in references],
            "skus": [text.strip().lower() for text in references],
        }
        cursor = await self._connection.execute(_PRODUCTS, parameters)
        return [_named(row) if row[0] else None for row in await cursor.fetchall()]

    async def add(self, request: OrderRequest) -> int:
        cursor = await self._connection.execute(_NUMBER, (self._company_id,))
        row = await cursor.fetchone()
        number = int(row[0]) if row else 0
        await self._connection.execute(_ADD, {**self._columns(request), "number": number})
        await self._write_lines(_ADD_LINES, request)
        return number

    async def locked(self, request_id: UUID) -> OrderRequest | None:
        for statement in (_LOCK_TRANSFER, _LOCK_ORDER):
            await self._connection.execute(statement, (self._company_id, request_id))
        return await self._locked(_LOCKED_BY_ID, request_id)

    async def locked_by_transfer(self, transfer_id: UUID) -> OrderRequest | None:
        return await self._locked(_LOCKED_BY_TRANSFER, transfer_id)

    async def locked_by_order(self, order_id: UUID) -> OrderRequest | None:
        return await self._locked(_LOCKED_BY_ORDER, order_id)

    async def _locked(self, statement: str, key: UUID) -> OrderRequest | None:
        cursor = await self._connection.execute(statement.encode(), (self._company_id, key))
        row = await cursor.fetchone()
        if row is None:
            return None
        cursor = await self._connection.execute(_LINES, (self._company_id, row[0]))
        return _request(row, await cursor.fetchall())

    async def worth(self, request_id: UUID) -> Worth:
        cursor = await self._connection.execute(_WORTH, (request_id, self._company_id))
        row = await cursor.fetchone()
        if row is None:
            raise NotFound("request_not_found", "no request has this id")
        return Worth(*row)

    async def replace_lines(self, request: OrderRequest) -> None:
        await self._connection.execute(_FORGET_LINES, (self._company_id, request.id))
        await self._write_lines(_ADD_LINES, request)

    async def save(self, request: OrderRequest) -> None:
        """What was granted is fixed while a request is decided: it is written before the decision, and taken away after that was."""
        is_open = request.state is RequestState.PENDING
        if not is_open:
            await self._write_lines(_SAVE_LINES, request)
        await self._connection.execute(_SAVE, self._columns(request))
        if is_open:
            await self._write_lines(_SAVE_LINES, request)

    async def delete(self, request: OrderRequest) -> None:
        await self._connection.execute(_FORGET_LINES, (self._company_id, request.id))
        await self._connection.execute(_FORGET, (self._company_id, request.id))

    async def consume(self, request: OrderRequest, taken: Mapping[int, Decimal]) -> None:
        parts = [
            _Part(line.number, taken[line.number], line.granted, taken[line.number] == line.open)
            for line in request.lines
            if line.granted and line.number in taken
        ]
        await self._connection.execute(_CONSUME, (request.id, msgspec.json.encode(parts).decode()))

    async def add_posting(self, request: OrderRequest, posting_id: UUID) -> None:
        await self._connection.execute(_ADD_POSTING, (self._company_id, request.id, posting_id))

    async def view(self, request_id: UUID) -> OrderRequestView:
        parameters = {"company": self._company_id, "id": request_id, "actor": None, "all": True, "reach": None}
        cursor = await self._connection.execute(REQUEST.encode(), parameters)
        view = request_view(await cursor.fetchall())
        if view is None:
            raise NotFound("request_not_found", "no request has this id")
        return view

    def _columns(self, request: OrderRequest) -> dict[str, object]:
        return {
            "company": self._company_id,
            "id": request.id,
            "kind": request.kind.value,
            "state": request.state.value,
            "site": request.site,
            "requester": request.requester,
            "reason": request.reason,
            "needed_on": request.needed_on,
            "decided_by": request.decided_by,
            "closing_reason": request.closing_reason,
            "transfer": request.transfer,
            "purchase_order": request.purchase_order,
        }

    async def _write_lines(self, statement: str, request: OrderRequest) -> None:
        lines = msgspec.json.encode(request.lines).decode()
        parameters = {"company": self._company_id, "id": request.id, "lines": lines}
        await self._connection.execute(statement.encode(), parameters)


def _named(row: Row) -> NamedProduct:
    return NamedProduct(row[0], ProductKind(row[1]), Tracking(row[2]), active=row[3], has_parts=row[4])


def _request(row: Row, lines: Sequence[Row]) -> OrderRequest:
    return OrderRequest(
        id=row[0],
        kind=RequestKind(row[1]),
        site=row[2],
        requester=row[3],
        reason=row[4],
        needed_on=row[5],
        state=RequestState(row[6]),
        decided_by=row[7],
        closing_reason=row[8],
        transfer=row[9],
        transfer_state=TransferState(row[10]) if row[10] else None,
        purchase_order=row[11],
        order_state=OrderState(row[12]) if row[12] else None,
        number=row[13],
        version=row[14],
        lines=tuple(RequestLine(*line) for line in lines),
    )
