"""Postings: what moved, from where to where, and on which document's word.

A posting is immutable and double entry: each line takes a quantity from one place and brings it to another. What leaves
the company's sites goes to a virtual place (customer, supplier, adjustment, scrap, production). It is corrected by a
reversal, never edited.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.errors import Conflict, Fault, refuse_if
from core.domain.ids import new_id, parse_id
from core.domain.values import amount_fault, quantity_fault

MAX_LINES = 1_000
CLOCK_TOLERANCE = timedelta(seconds=30)


class PostingKind(StrEnum):
    RECEIPT = "receipt"
    ISSUE = "issue"
    SALE = "sale"
    CUSTOMER_RETURN = "customer_return"
    SUPPLIER_RETURN = "supplier_return"
    ADJUSTMENT = "adjustment"
    SCRAP = "scrap"
    TRANSFER = "transfer"
    OPENING = "opening"
    ASSEMBLY = "assembly"


class DocumentType(StrEnum):
    SALES_NOTE = "sales_note"
    INVOICE = "invoice"
    WORK_ORDER = "work_order"
    PURCHASE_ORDER = "purchase_order"
    ADJUSTMENT = "adjustment"
    TRANSFER = "transfer"
    COUNT = "count"
    OTHER = "other"


SUPPLIER, CUSTOMER, ADJUSTMENT, SCRAP, PRODUCTION = (
    ":supplier",
    ":customer",
    ":adjustment",
    ":scrap",
    ":production",
)

OF_PURCHASE = "purchase_order"
"""The source of the receipts of purchase orders, which no caller may give to a posting of their own."""

# The virtual end of each kind, and whether goods come in (+), go out (-) or go as the sign of the line says (±).
_OTHER_END: dict[PostingKind, tuple[str, str]] = {
    PostingKind.RECEIPT: (SUPPLIER, "+"),
    PostingKind.SUPPLIER_RETURN: (SUPPLIER, "-"),
    PostingKind.ISSUE: (CUSTOMER, "-"),
    PostingKind.SALE: (CUSTOMER, "-"),
    PostingKind.CUSTOMER_RETURN: (CUSTOMER, "+"),
    PostingKind.ADJUSTMENT: (ADJUSTMENT, "±"),
    PostingKind.SCRAP: (SCRAP, "-"),
    PostingKind.OPENING: (ADJUSTMENT, "+"),
    PostingKind.ASSEMBLY: (PRODUCTION, "±"),
}
_PRICED = {PostingKind.SALE, PostingKind.CUSTOMER_RETURN}
_NEEDS_REASON = {PostingKind.ADJUSTMENT, PostingKind.SCRAP}
# Facts: they happened, whatever had been promised to whom.
_FACTS = {PostingKind.ADJUSTMENT, PostingKind.SCRAP}

PERMISSION_OF_KIND: dict[PostingKind, str] = {
    PostingKind.SALE: "sale:record",
    PostingKind.ISSUE: "stock:issue",
    PostingKind.ADJUSTMENT: "stock:adjust",
    PostingKind.OPENING: "stock:adjust",
    PostingKind.RECEIPT: "stock:post",
    PostingKind.CUSTOMER_RETURN: "stock:post",
    PostingKind.SUPPLIER_RETURN: "stock:post",
    PostingKind.SCRAP: "stock:post",
    PostingKind.ASSEMBLY: "stock:post",
}

Place = UUID | str
"""The id of a location (a site's id is that of its default location), or an address such as `UIO`, `UIO/A-01`, `:customer`."""


@dataclass(frozen=True, slots=True)
class Document:
    """The paper that a posting rests on. Its number is not unique: one invoice may support several postings."""

    type: DocumentType = DocumentType.OTHER
    number: str = ""
    date: dt.date | None = None
    party: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity of one product from one place to another. `product` is an id or a SKU.

    `unit_cost` prices what comes in; `cost` is the total where it is already known (a reversal, a transfer's arrival).
    """

    product: UUID | str
    source: Place
    destination: Place
    quantity: Decimal
    unit_cost: Decimal | None = None
    cost: Decimal | None = None
    unit_price: Decimal | None = None
    total: Decimal | None = None
    lot: str | None = None
    lot_id: UUID | None = None
    expires_on: dt.date | None = None
    reservation_id: UUID | None = None
    kit_id: UUID | None = None
    kit_quantity: Decimal | None = None

    def reversed(self) -> "Line":
        return replace(self, source=self.destination, destination=self.source)


@dataclass(frozen=True, slots=True)
class Posting:
    """What the ledger records at once. `effective_at` None means: at the moment of recording. `has_happened`: goods left without asking
    here, so that promises to others are shortened for it."""

    kind: PostingKind
    lines: tuple[Line, ...]
    document: Document = Document()
    reason: str = ""
    note: str = ""
    currency: str | None = None
    effective_at: datetime | None = None
    source: str = "api"
    source_ref: str | None = None
    reversal_of: UUID | None = None
    return_of: UUID | None = None
    transfer_id: UUID | None = None
    has_happened: bool = False
    id: UUID = field(default_factory=new_id)

    @property
    def is_fact(self) -> bool:
        return self.has_happened or self.kind in _FACTS


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line as people write it: a product, a site, a quantity."""

    product: str
    quantity: Decimal
    site: str | None = None
    location: str | None = None
    unit_cost: Decimal | None = None
    unit_price: Decimal | None = None
    lot: str | None = None
    expires_on: dt.date | None = None
    reservation: UUID | None = None


def product_reference(text: str) -> UUID | str:
    return parse_id(text) or text.strip()


def draft_lines(
    kind: PostingKind, drafts: Sequence[LineDraft], pointer: str = "/lines"
) -> tuple[list[Line], list[Fault]]:
    """The double entry that the lines of a posting of this kind mean, and every fault in them."""
    faults: list[Fault] = []
    if kind not in _OTHER_END:
        return [], [Fault("/kind", "not_allowed", "transfer postings come from transfers alone")]
    if not 1 <= len(drafts) <= MAX_LINES:
        faults.append(Fault(pointer, "out_of_range", f"must have 1 to {MAX_LINES} lines"))
    lines = [_line(kind, draft, f"{pointer}/{index}", faults) for index, draft in enumerate(drafts)]
    return lines, faults


def _line(kind: PostingKind, draft: LineDraft, pointer: str, faults: list[Fault]) -> Line:
    other_end, direction = _OTHER_END[kind]
    for fault in (
        quantity_fault(f"{pointer}/quantity", draft.quantity, signed=direction == "±"),
        amount_fault(f"{pointer}/unit_cost", draft.unit_cost),
        amount_fault(f"{pointer}/unit_price", draft.unit_price),
    ):
        if fault:
            faults.append(fault)
    comes_in = draft.quantity > 0 if direction == "±" and draft.quantity.is_finite() else direction == "+"
    if draft.unit_price is not None and kind not in _PRICED:
        faults.append(Fault(f"{pointer}/unit_price", "not_allowed", f"a line of kind {kind} has no price"))
    if draft.unit_cost is not None and not comes_in:
        faults.append(Fault(f"{pointer}/unit_cost", "not_allowed", "what leaves takes the cost that the ledger knows"))
    if not draft.product.strip():
        faults.append(Fault(f"{pointer}/product", "required", "must name a product"))
    place = _place(draft, pointer, faults)
    return Line(
        product=product_reference(draft.product),
        source=other_end if comes_in else place,
        destination=place if comes_in else other_end,
        quantity=abs(draft.quantity),
        unit_cost=draft.unit_cost,
        unit_price=draft.unit_price,
        lot=draft.lot,
        expires_on=draft.expires_on,
        reservation_id=draft.reservation,
    )


def location_address(site_code: str, location_code: str) -> str:
    """The address of a place at a site; the default place is the site itself."""
    return site_code if location_code == "STOCK" else f"{site_code}/{location_code}"


def _place(draft: LineDraft, pointer: str, faults: list[Fault]) -> Place:
    """A site by id or code; a place in it by its code at the site's code, or by its id alone."""
    site_id = parse_id(draft.site or "")
    if draft.location is None:
        if not draft.site:
            faults.append(Fault(f"{pointer}/site", "required", "must name a site"))
        return site_id or (draft.site or "").strip().upper()
    location_id = parse_id(draft.location)
    if location_id and draft.site is None:
        return location_id
    if location_id or site_id or not draft.site:
        faults.append(
            Fault(
                f"{pointer}/location",
                "ambiguous",
                "give the location's id alone, or its code together with the site's code",
            )
        )
    return location_address((draft.site or "").strip().upper(), draft.location.strip().upper())


def draft_posting(
    kind: PostingKind,
    drafts: Sequence[LineDraft],
    now: datetime,
    *,
    document: Document,
    effective_at: datetime | None = None,
    reason: str = "",
    note: str = "",
    currency: str | None = None,
    source: str = "api",
    source_ref: str | None = None,
) -> tuple[Posting, list[Fault]]:
    """A posting from its draft, and every fault that can be seen without knowing the stock."""
    lines, faults = draft_lines(kind, drafts)
    if effective_at is not None and effective_at > now + CLOCK_TOLERANCE:
        faults.append(Fault("/effective_at", "in_the_future", "must not lie in the future"))
    if kind in _NEEDS_REASON and not reason.strip():
        faults.append(Fault("/reason", "required", f"a posting of kind {kind} needs a reason"))
    if source == OF_PURCHASE:
        faults.append(Fault("/source", "reserved", "goods of a purchase order are received there"))
    if effective_at is not None and effective_at > now:
        effective_at = None
    posting = Posting(
        kind,
        tuple(lines),
        document,
        reason,
        note,
        currency,
        effective_at,
        source=source,
        source_ref=source_ref,
    )
    return posting, faults


def reversal(original: Posting, reason: str) -> Posting:
    """The posting that undoes another: the same lines the other way round, at the same cost, dated now."""
    if original.reversal_of is not None:
        raise Conflict("reversal_of_reversal", "a reversal is not reversed: post the movement again")
    if original.transfer_id is not None:
        raise Conflict("part_of_a_transfer", "recall or receive the transfer instead of reversing its postings")
    if original.source == OF_PURCHASE:
        raise Conflict("part_of_a_purchase_order", "take the receipt back at its purchase order")
    return mirrored(original, reason)


def mirrored(original: Posting, reason: str) -> Posting:
    """The mirror image of a posting, whatever it is a part of."""
    refuse_if([] if reason.strip() else [Fault("/reason", "required", "a reversal needs a reason")])
    return Posting(
        kind=original.kind,
        lines=tuple(line.reversed() for line in original.lines),
        document=original.document,
        reason=reason,
        currency=original.currency,
        reversal_of=original.id,
        transfer_id=original.transfer_id,
        source="reversal",
    )


ReturnedKey = tuple[UUID | str, UUID | None, UUID | None]
"""Product, lot and kit: how what came back is told apart."""


def sale_return(
    sale: Posting, returned: Mapping[ReturnedKey, Decimal], wanted: Mapping[UUID, Decimal] | None, reason: str
) -> Posting:
    """What comes back of a sale, at the price and cost of the sale: everything that is still out, or (`wanted`) some units
    of some of its products and kits. `returned` is what came back before.

    Raises Conflict `not_a_sale` and Invalid `more_than_sold` with a fault for each product.
    """
    if sale.kind is not PostingKind.SALE or sale.reversal_of:
        raise Conflict("not_a_sale", "only a sale has returns")
    left = dict(returned)
    asked = {} if wanted is None else dict(wanted)
    lines: list[Line] = []
    for line in sale.lines:
        key = (line.product, line.lot_id, line.kit_id)
        back_before = min(left.get(key, Decimal(0)), line.quantity)
        left[key] = left.get(key, Decimal(0)) - back_before
        outside = line.quantity - back_before
        take = outside if wanted is None else min(outside, _asked_of(line, asked))
        if take > 0:
            lines.append(_part_of(line, take))
            _deduct(line, take, asked)
    kits = {line.kit_id for line in lines}
    over = [product for product, quantity in asked.items() if quantity > 0 and product not in kits]
    refuse_if(
        [Fault("/lines", "more_than_sold", f"{over_one} is not out any more in that quantity") for over_one in over]
    )
    if not lines:
        raise Conflict("already_returned", "everything of this sale has come back")
    return Posting(
        PostingKind.CUSTOMER_RETURN,
        tuple(lines),
        sale.document,
        reason,
        currency=sale.currency,
        return_of=sale.id,
        source="return",
    )


def _asked_of(line: Line, asked: Mapping[UUID, Decimal]) -> Decimal:
    if line.kit_id and line.kit_quantity:
        return asked.get(line.kit_id, Decimal(0)) * line.quantity / line.kit_quantity
    return asked.get(line.product, Decimal(0)) if isinstance(line.product, UUID) else Decimal(0)


def _deduct(line: Line, take: Decimal, asked: dict[UUID, Decimal]) -> None:
    """Units of a product are used up by the lines that give them back; a kit's components share one wish."""
    if line.kit_id is None and isinstance(line.product, UUID) and line.product in asked:
        asked[line.product] -= take


def _part_of(line: Line, quantity: Decimal) -> Line:
    share = quantity / line.quantity
    cent = Decimal("0.0001")
    return replace(
        line.reversed(),
        quantity=quantity,
        cost=None if line.cost is None else (line.cost * share).quantize(cent),
        total=None if line.total is None else (line.total * share).quantize(cent),
        kit_quantity=None if line.kit_quantity is None else line.kit_quantity * share,
    )
