"""`OrderSendings` on PostgreSQL."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from adapters.postgres.engine import Connection, Row
from adapters.postgres.queries.order_sendings import DOCUMENT
from core.domain.errors import NotFound
from core.domain.order_document import OrderDocument
from core.domain.order_sending import NewSending, OrderSending, SendingState
from core.ports.order_sendings import Tried

_COLUMNS = """
    SELECT order_id, number, channel, requested_by, state, lease_token IS NOT NULL AND next_at > statement_timestamp(), lease_token, id
    FROM purchase_order_sending WHERE company_id = %(company)s
"""
_LATEST = f"{_COLUMNS} AND order_id = %(id)s ORDER BY number DESC LIMIT 1 FOR UPDATE"
_FOUND = f"{_COLUMNS} AND id = %(id)s FOR UPDATE"
_ADD = """
    INSERT INTO purchase_order_sending (company_id, order_id, number, id, channel, document, requested_by, requested_at)
    VALUES (%(company)s, %(order)s, %(number)s, %(id)s, %(channel)s, %(document)s, %(requester)s, %(at)s)
"""
_REPEAT = """
    UPDATE purchase_order_sending SET state = 'waiting', ended_at = NULL, uncounted = attempts, next_at = clock_timestamp(), lease_token = NULL
    WHERE company_id = %(company)s AND id = %(id)s
"""
_END = """
    UPDATE purchase_order_sending SET state = %(state)s, ended_at = %(at)s, lease_token = NULL, problem = %(problem)s
    WHERE company_id = %(company)s AND id = %(id)s
"""
# Two workers may come back from one try, when the lease of the first ended before it did.
_NOTE = """
    INSERT INTO purchase_order_sending_attempt (company_id, sending_id, number, at, outcome, problem)
    VALUES (%(company)s, %(id)s, %(number)s, %(at)s, %(outcome)s, %(problem)s) ON CONFLICT DO NOTHING
"""
_PUT_BACK = """
    UPDATE purchase_order_sending SET next_at = clock_timestamp() + %(after)s, lease_token = NULL, problem = %(problem)s
    WHERE company_id = %(company)s AND id = %(id)s
"""
_KEEP_FILE = "UPDATE purchase_order_sending SET digest = %(digest)s WHERE company_id = %(company)s AND id = %(id)s AND digest IS NULL"


class PostgresOrderSendings:
    """`OrderSendings` in the transaction of a unit of work."""

    def __init__(self, connection: Connection, company_id: UUID) -> None:
        self._connection, self._company_id = connection, company_id

    async def document(self, order_id: UUID, at: datetime) -> OrderDocument:
        named = {"company": self._company_id, "id": order_id, "reach": None, "costs": True, "at": at}
        row = await (await self._connection.execute(DOCUMENT, named)).fetchone()
        if row is None:
            raise NotFound("purchase_order_not_found", "no purchase order has this id")
        return msgspec.json.decode(row[0], type=OrderDocument)

    async def latest(self, order_id: UUID) -> OrderSending | None:
        row = await self._row(_LATEST, order_id)
        return _sending(row) if row else None

    async def find(self, sending_id: UUID) -> OrderSending:
        row = await self._row(_FOUND, sending_id)
        if row is None:
            raise NotFound("sending_not_found", "no sending has this id")
        return _sending(row)

    async def add(self, new: NewSending, at: datetime) -> None:
        sending = new.sending
        await self._do(
            _ADD,
            sending.id,
            order=sending.order,
            number=sending.number,
            channel=sending.channel,
            document=msgspec.json.encode(new.document).decode(),
            requester=sending.requester,
            at=at,
        )

    async def repeat(self, sending: OrderSending) -> None:
        await self._do(_REPEAT, sending.id)

    async def end(self, sending: OrderSending, state: SendingState, at: datetime, problem: str | None = None) -> None:
        await self._do(_END, sending.id, state=state.value, at=at, problem=problem)

    async def note(self, tried: Tried, at: datetime) -> None:
        number, outcome = tried.sending.attempts, tried.outcome.value
        await self._do(_NOTE, tried.sending.id, number=number, at=at, outcome=outcome, problem=tried.problem)

    async def put_back(self, tried: Tried) -> None:
        after = tried.again_after or timedelta(0)
        await self._do(_PUT_BACK, tried.sending.id, after=after, problem=tried.problem)

    async def keep_file(self, sending_id: UUID, digest: str) -> None:
        await self._do(_KEEP_FILE, sending_id, digest=digest)

    async def _do(self, statement: str, sending_id: UUID, **named: object) -> None:
        await self._connection.execute(statement.encode(), {"company": self._company_id, "id": sending_id, **named})

    async def _row(self, statement: str, wanted: UUID) -> Row | None:
        cursor = await self._connection.execute(statement.encode(), {"company": self._company_id, "id": wanted})
        return await cursor.fetchone()


def _sending(row: Row) -> OrderSending:
    order, number, channel, requester, state, under_way, token, sending_id = row
    return OrderSending(
        order, number, channel, requester, SendingState(state), under_way=under_way, token=token, id=sending_id
    )
