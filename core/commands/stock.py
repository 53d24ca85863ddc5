"""Recording what moved: postings, batches of them, and reversals."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.errors import DomainError, Fault, NotFound, refuse_if
from core.domain.stock import (
    MAX_LINES,
    PERMISSION_OF_KIND,
    Document,
    DocumentType,
    LineDraft,
    Posting,
    PostingKind,
    draft_posting,
    reversal,
    sale_return,
)
from core.domain.values import quantity_fault
from core.ports.clock import Clock
from core.ports.stock_ledger import IdempotencyKey, MoveView, Posted, PostingView, StockLedger
from core.ports.storage import PostingReader, UnitOfWork

ShortText = Annotated[str, Meta(max_length=200)]
LongText = Annotated[str, Meta(max_length=4000)]
Reference = Annotated[str, Meta(min_length=1, max_length=100, description="an id, or the natural key")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
Instant = Annotated[datetime, Meta(tz=True)]


class PostingDocument(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The supporting document."""

    type: DocumentType
    number: ShortText = ""
    date: dt.date | None = None
    party: ShortText = ""


class PostingLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What moved at which site. `quantity` is positive, signed only for adjustment and assembly (minus takes from the site)."""

    product: Reference
    quantity: Decimal
    site: Reference | None = None
    location: Reference | None = None
    unit_cost: Decimal | None = None
    unit_price: Decimal | None = None
    lot: ShortText | None = None
    expires_on: dt.date | None = None
    reservation: UUID | None = None


class RecordSale(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A sale: a posting with prices."""

    lines: list[PostingLine]
    document: PostingDocument = PostingDocument(DocumentType.SALES_NOTE)
    effective_at: Instant | None = None
    reason: ShortText = ""
    note: LongText = ""
    currency: Currency | None = None
    source: Annotated[str, Meta(pattern="^[a-z][a-z0-9_:-]{0,49}$")] = "api"
    source_ref: ShortText | None = None


class RecordPosting(RecordSale, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Any posting."""

    kind: PostingKind
    document: PostingDocument = PostingDocument(DocumentType.OTHER)


class RecordBatch(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Several postings as one transaction: at most 1,000 lines in all."""

    postings: list[RecordPosting]


class ReturnLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How many units of a product (or kit) of the sale came back."""

    product: UUID
    quantity: Decimal


class ReturnSale(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What came back of a sale; without lines, everything that is still out."""

    reason: ShortText = ""
    lines: Annotated[list[ReturnLine], Meta(min_length=1, max_length=MAX_LINES)] | None = None


class ReversePosting(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    reason: ShortText


def _draft(command: RecordSale, kind: PostingKind, clock: Clock) -> tuple[Posting, list[Fault]]:
    document = command.document
    return draft_posting(
        kind,
        [
            LineDraft(
                product=line.product,
                quantity=line.quantity,
                site=line.site,
                location=line.location,
                unit_cost=line.unit_cost,
                unit_price=line.unit_price,
                lot=line.lot,
                expires_on=line.expires_on,
                reservation=line.reservation,
            )
            for line in command.lines
        ],
        clock.now(),
        document=Document(document.type, document.number, document.date, document.party),
        effective_at=command.effective_at,
        reason=command.reason,
        note=command.note,
        currency=command.currency,
        source=command.source,
        source_ref=command.source_ref,
    )


async def record_sale(
    ledger: StockLedger, clock: Clock, actor: Actor, command: RecordSale, key: IdempotencyKey | None
) -> Posted:
    """Records one sale."""
    actor.require("sale:record")
    posting, faults = _draft(command, PostingKind.SALE, clock)
    if faults:
        await _refuse(ledger, actor, [posting], faults)
    return await ledger.post(actor, [posting], key)


async def record_posting(
    ledger: StockLedger, clock: Clock, actor: Actor, command: RecordPosting, key: IdempotencyKey | None
) -> Posted:
    """Records one posting of any kind but transfer."""
    posting, faults = _draft(command, command.kind, clock)
    if faults:
        await _refuse(ledger, actor, [posting], faults)
    actor.require(PERMISSION_OF_KIND[command.kind])
    return await ledger.post(actor, [posting], key)


async def record_batch(
    ledger: StockLedger, clock: Clock, actor: Actor, command: RecordBatch, key: IdempotencyKey | None
) -> Posted:
    """Records several postings, all or none; faults point at the posting's index."""
    postings, faults = [], []
    for index, one in enumerate(command.postings):
        posting, found = _draft(one, one.kind, clock)
        postings.append(posting)
        faults += [Fault(f"/postings/{index}{fault.pointer}", fault.code, fault.detail, fault.extra) for fault in found]
    if not 1 <= sum(len(one.lines) for one in command.postings) <= MAX_LINES:
        faults.append(Fault("/postings", "out_of_range", f"must have 1 to {MAX_LINES} lines in all"))
    if faults:
        await _refuse(ledger, actor, postings, faults, prefix="")
    for kind in {one.kind for one in command.postings}:
        actor.require(PERMISSION_OF_KIND[kind])
    try:
        return await ledger.post(actor, postings, key)
    except DomainError as refusal:
        refusal.faults = tuple(_in_batch(fault) for fault in refusal.faults)
        raise


async def _refuse(
    ledger: StockLedger, actor: Actor, postings: Sequence[Posting], faults: Sequence[Fault], prefix: str = "/postings/0"
) -> None:
    """Raises `Invalid` with these faults and those that only the ledger can know, so that nobody learns of one after the other. `prefix` is
    what the request does not have of the pointers of the ledger."""
    named = {fault.pointer for fault in faults}
    known = [replace(one, pointer=one.pointer.removeprefix(prefix)) for one in await ledger.faults(actor, postings)]
    refuse_if([*faults, *(fault for fault in known if fault.pointer not in named)], "invalid_posting")


def _in_batch(fault: Fault) -> Fault:
    """The ledger does not number a posting that comes alone; a batch of one is a batch."""
    return fault if fault.pointer.startswith("/postings") else replace(fault, pointer=f"/postings/0{fault.pointer}")


async def reverse_posting(
    ledger: StockLedger,
    postings: PostingReader,
    actor: Actor,
    posting_id: UUID,
    command: ReversePosting,
    key: IdempotencyKey | None,
) -> Posted:
    """Undoes a posting by its mirror image."""
    original = await postings.posting(actor, posting_id)
    if original is None:
        raise NotFound("posting_not_found", "no posting has this id")
    return await ledger.post(actor, [reversal(original, command.reason)], key)


async def return_sale(uow: UnitOfWork, actor: Actor, command: tuple[UUID, ReturnSale]) -> PostingView:
    """Takes back what was sold, all that is still out or some of it."""
    sale_id, wanted = command
    actor.require("stock:post")
    sale = await uow.postings.posting(actor, sale_id)
    if sale is None:
        raise NotFound("sale_not_found", "no sale has this id")
    returned = await uow.postings.returned(sale_id)
    units = None if wanted.lines is None else {line.product: line.quantity for line in wanted.lines}
    faults = [
        quantity_fault(f"/lines/{index}/quantity", line.quantity) for index, line in enumerate(wanted.lines or [])
    ]
    refuse_if([fault for fault in faults if fault])
    try:
        posted = await uow.ledger.post(actor, [sale_return(sale, returned, units, wanted.reason)])
    except DomainError as refusal:
        refusal.faults = tuple(replace(one, pointer=one.pointer.removeprefix("/postings/0")) for one in refusal.faults)
        raise
    return posted.postings[0]


def without_cost(actor: Actor, posted: Posted) -> Posted:
    """The same answer with the costs taken out for those who may not see them."""
    if actor.may("cost:read"):
        return posted
    return Posted([msgspec.structs.replace(p, lines=_costless(p.lines)) for p in posted.postings], posted.replayed)


def _costless(lines: Sequence[MoveView]) -> list[MoveView]:
    return [msgspec.structs.replace(line, cost=None) for line in lines]
