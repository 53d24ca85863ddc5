"""Postings in memory, as the ledger answers them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from core.domain.access import Actor
from core.domain.stock import Posting
from core.domain.values import normal
from core.ports.stock_ledger import DocumentView, MoveView, PostingView
from core.testing.fakes.average_cost import amount
from core.testing.fakes.moves import Move


def posting_view(actor: Actor, posting: Posting, moves: Sequence[Move], recorded_at: datetime) -> PostingView:
    document = posting.document
    return PostingView(
        id=posting.id,
        kind=posting.kind.value,
        document=DocumentView(document.type.value, document.number, document.date, document.party),
        reason=posting.reason,
        note=posting.note,
        currency=posting.currency or "USD",
        effective_at=posting.effective_at or recorded_at,
        recorded_at=recorded_at,
        actor=actor.user_id,
        source=posting.source,
        source_ref=posting.source_ref,
        reversal_of=posting.reversal_of,
        return_of=posting.return_of,
        transfer=posting.transfer_id,
        lines=[_move_view(move) for move in moves],
    )


def _move_view(move: Move) -> MoveView:
    price, total = move.asked.unit_price, move.asked.total
    if total is None and price is not None:
        total = amount(price * move.quantity)
    return MoveView(
        line=move.line,
        product=move.product.id,
        sku=move.product.sku,
        source=move.source.address,
        destination=move.destination.address,
        lot=None,
        quantity=normal(move.quantity),
        cost=normal(move.cost),
        unit_price=_normal(price),
        total=_normal(total),
        kit=None,
        kit_quantity=None,
    )


def _normal(value: Decimal | None) -> Decimal | None:
    return None if value is None else normal(value)
