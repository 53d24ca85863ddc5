"""The stock ledger on PostgreSQL: one call of `ledger_post`, one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from psycopg import errors

from adapters.postgres.constraints import ledger_faults, translated
from adapters.postgres.engine import Connection, Database, Scope
from adapters.postgres.tries import tries
from core.domain.access import Actor
from core.domain.errors import DomainError, Fault, Invalid
from core.domain.stock import Line, Place, Posting
from core.ports.stock_ledger import IdempotencyKey, Posted, PostingView

_NOBODY = UUID(int=0)  # acts in scheduled work; its postings name no person

POST = "SELECT ledger_post(%s::json, %s::json, %s::json, %s)::text"
_FAULTS = (
    "SELECT ledger_faults(%s::json, %s::json, (SELECT locked_through FROM company WHERE id = app_company()))::text"
)
_DIGITS = 20  # before or after the point, of quantities that the server is asked about
_STORED = "SELECT encode(request_hash, 'hex'), posting_json(postings)::text FROM idempotency_key WHERE company_id = %s AND principal_id = %s AND key = %s"


class _Key(msgspec.Struct):
    principal: UUID
    key: str
    hash: str
    postings: list[UUID]


class _Header(msgspec.Struct, omit_defaults=True):
    posting: int
    id: UUID
    actor: UUID | None
    reach: list[UUID] | None
    kind: str
    document_type: str
    document_number: str = ""
    document_date: date | None = None
    document_party: str = ""
    reason: str = ""
    note: str = ""
    currency: str | None = None
    effective_at: datetime | None = None
    source: str = "api"
    source_ref: str | None = None
    reversal_of: UUID | None = None
    return_of: UUID | None = None
    transfer_id: UUID | None = None
    is_fact: bool = False


class _Entry(msgspec.Struct, omit_defaults=True):
    posting: int
    line: int
    quantity: Decimal
    product_id: UUID | None = None
    sku: str | None = None
    from_id: UUID | None = None
    from_address: str | None = None
    to_id: UUID | None = None
    to_address: str | None = None
    unit_cost: Decimal | None = None
    given_cost: Decimal | None = None
    unit_price: Decimal | None = None
    total: Decimal | None = None
    lot: str | None = None
    lot_id: UUID | None = None
    expires_on: date | None = None
    reservation_id: UUID | None = None
    kit_id: UUID | None = None
    kit_quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One request to the ledger: postings that stand or fall together."""

    actor: Actor
    postings: Sequence[Posting]
    key: IdempotencyKey | None = None


def parameters(entries: Sequence[Entry], *, answer: bool = True) -> tuple[object, ...]:
    """The parameters of `ledger_post` for requests inside one company."""
    headers: list[_Header] = []
    lines: list[_Entry] = []
    keys: list[_Key] = []
    for entry in entries:
        for posting in entry.postings:
            lines += [_entry(len(headers), number, line) for number, line in enumerate(posting.lines, 1)]
            headers.append(_header(len(headers), entry.actor, posting))
        if entry.key:
            key = entry.key
            keys.append(_Key(key.principal_id, key.key, key.request_hash, [posting.id for posting in entry.postings]))
    return (
        msgspec.json.encode(keys).decode() if keys else None,
        msgspec.json.encode(headers).decode(),
        msgspec.json.encode(lines).decode(),
        answer,
    )


def _header(index: int, actor: Actor, posting: Posting) -> _Header:
    document = posting.document
    return _Header(
        index,
        posting.id,
        None if actor.user_id == _NOBODY else actor.user_id,
        None if actor.sites is None else list(actor.sites),
        posting.kind.value,
        document.type.value,
        document.number,
        document.date,
        document.party,
        posting.reason,
        posting.note,
        posting.currency,
        posting.effective_at,
        posting.source,
        posting.source_ref,
        posting.reversal_of,
        posting.return_of,
        posting.transfer_id,
        posting.is_fact,
    )


def _entry(posting: int, number: int, line: Line) -> _Entry:
    product_id, sku = (line.product, None) if isinstance(line.product, UUID) else (None, line.product.lower())
    from_id, from_address = _endpoint(line.source)
    to_id, to_address = _endpoint(line.destination)
    return _Entry(
        posting,
        number,
        line.quantity,
        product_id,
        sku,
        from_id,
        from_address,
        to_id,
        to_address,
        line.unit_cost,
        line.cost,
        line.unit_price,
        line.total,
        line.lot,
        line.lot_id,
        line.expires_on,
        line.reservation_id,
        line.kit_id,
        line.kit_quantity,
    )


def _endpoint(place: Place) -> tuple[UUID | None, str | None]:
    return (place, None) if isinstance(place, UUID) else (None, place)


def views(answer: str | bytes) -> list[PostingView]:
    """The ledger's answer as postings."""
    return msgspec.json.decode(answer, type=list[PostingView])


class PostgresStockLedger:
    """`StockLedger`: every call is one transaction, tried up to three times when others stood in the way."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def post(self, actor: Actor, postings: Sequence[Posting], key: IdempotencyKey | None = None) -> Posted:
        async for attempt in tries(repeatable=key is not None):
            with attempt:
                return await self.try_to_post(actor, postings, key)
        raise AssertionError("stamina either returns or raises")

    async def try_to_post(self, actor: Actor, postings: Sequence[Posting], key: IdempotencyKey | None) -> Posted:
        """One try, for who has others waiting behind."""
        try:
            rows = await self._database.fetch(Scope(actor.company_id), POST, parameters([Entry(actor, postings, key)]))
        except errors.Error as error:
            if key is None or error.sqlstate != "PW002":
                raise
            return await self._replay(actor, key)
        except DomainError as error:
            raise _for_one(error, len(postings)) from error
        return Posted(views(rows[0][0]))

    async def faults(self, actor: Actor, postings: Sequence[Posting]) -> list[Fault]:
        rows = await self._database.fetch(Scope(actor.company_id), _FAULTS, _looked_at(actor, postings))
        return ledger_faults(rows[0][0] or "[]")

    async def _replay(self, actor: Actor, key: IdempotencyKey) -> Posted:
        stored = await self._database.fetch(
            Scope(actor.company_id), _STORED, (actor.company_id, key.principal_id, key.key)
        )
        request_hash, result = stored[0]
        if request_hash != key.request_hash:
            raise Invalid("idempotency_key_reused", "this Idempotency-Key came with another request before")
        return Posted(views(result), replayed=True)


class LedgerInTransaction:
    """The ledger inside a unit of work that does more than post."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def post(self, actor: Actor, postings: Sequence[Posting], key: IdempotencyKey | None = None) -> Posted:
        try:
            cursor = await self._connection.execute(POST, parameters([Entry(actor, postings, key)]))
        except errors.Error as error:
            raise translated(error) from error
        row = await cursor.fetchone()
        return Posted(views(row[0]) if row else [])

    async def faults(self, actor: Actor, postings: Sequence[Posting]) -> list[Fault]:
        cursor = await self._connection.execute(_FAULTS, _looked_at(actor, postings))
        row = await cursor.fetchone()
        return ledger_faults(row[0] or "[]") if row else []


def _looked_at(actor: Actor, postings: Sequence[Posting]) -> tuple[object, object]:
    """The parameters of `ledger_faults`. A quantity that the server could not even read is no matter of its."""
    sound = [replace(one, lines=tuple(_readable(line) for line in one.lines)) for one in postings]
    _, headers, entries, _ = parameters([Entry(actor, sound)])
    return headers, entries


def _readable(line: Line) -> Line:
    quantity = line.quantity
    is_readable = quantity.is_finite() and abs(quantity.adjusted()) < _DIGITS
    return line if is_readable else replace(line, quantity=Decimal(1))


def _for_one(error: DomainError, postings: int) -> DomainError:
    """Pointers of a request that was a single posting do not name its index."""
    if postings == 1:
        error.faults = tuple(
            Fault(fault.pointer.removeprefix("/postings/0"), fault.code, fault.detail, fault.extra)
            for fault in error.faults
        )
    return error
