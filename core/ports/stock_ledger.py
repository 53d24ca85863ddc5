"""The port to the stock ledger: the one writer of postings, moves, balances, costs and their events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.stock import Posting


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A key that the caller chose for one request, and the hash of that request."""

    principal_id: UUID
    key: str
    request_hash: str


class DocumentView(msgspec.Struct, frozen=True):
    type: str
    number: str
    date: date | None
    party: str


class MoveView(msgspec.Struct, frozen=True, rename={"source": "from", "destination": "to"}):
    """One move of a posting. `from` and `to` are addresses; `cost` is the total value moved, None where it may not be seen."""

    line: int
    product: UUID
    sku: str
    source: str
    destination: str
    lot: str | None
    quantity: Decimal
    cost: Decimal | None
    unit_price: Decimal | None
    total: Decimal | None
    kit: UUID | None
    kit_quantity: Decimal | None


class PostingView(msgspec.Struct, frozen=True):
    """A posting as it was recorded."""

    id: UUID
    kind: str
    document: DocumentView
    reason: str
    note: str
    currency: str
    effective_at: datetime
    recorded_at: datetime
    actor: UUID | None
    source: str
    source_ref: str | None
    reversal_of: UUID | None
    return_of: UUID | None
    transfer: UUID | None
    lines: list[MoveView]


@dataclass(frozen=True, slots=True)
class Posted:
    """What was recorded; `replayed` when an earlier request with the same key had done it."""

    postings: list[PostingView]
    replayed: bool = False


class StockLedger(Protocol):
    """Records postings: all of one call or none, in one transaction of its own."""

    async def post(self, actor: Actor, postings: Sequence[Posting], key: IdempotencyKey | None = None) -> Posted:
        """Raises Invalid (unknown product or place, locked period, lots...) or Conflict `insufficient_stock` with every
        fault, and Invalid `idempotency_key_reused` when the key came with another request before."""
        ...

    async def faults(self, actor: Actor, postings: Sequence[Posting]) -> list[Fault]:
        """What `post` would find wrong with them whatever the stock (unknown product or place, locked period...), for whoever refuses
        them already: pointers from `/postings/0` on. Whether their quantities make sense is not looked at."""
        ...
