"""Orders and transfers made of proposals, in the transaction in which the proposals become ordered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from uuid import UUID

import msgspec

from core.commands.purchase_orders import ChangeOrder, CreateOrder, OrderedLine, change_order, create_order
from core.commands.transfers import StartState, StartTransfer, StartTransferLine, start_transfer
from core.domain.access import Actor
from core.domain.errors import Invalid
from core.domain.purchase_order_draft import MAX_ORDER_LINES, ONE
from core.ports.purchase_orders import PurchaseOrderView
from core.ports.replenishment import Decision, OpenProposal
from core.ports.storage import UnitOfWork
from core.ports.transfers import TransferView


class MadeDocument(msgspec.Struct, frozen=True):
    """An order or a transfer by its number, and how it stands."""

    id: UUID
    number: int
    state: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What becomes of a proposal: so much of it, as decided or as proposed."""

    proposal: OpenProposal
    quantity: Decimal
    supplier: UUID | None
    is_edited: bool = False

    def decision(self, *, order: UUID | None = None, transfer: UUID | None = None) -> Decision:
        return Decision(self.proposal.id, order, transfer, self.supplier, self.quantity, self.is_edited)


def as_proposed(proposal: OpenProposal) -> Wanted:
    return Wanted(proposal, proposal.quantity or Decimal(0), proposal.supplier)


def in_parts(wanted: Sequence[Wanted]) -> Iterator[Sequence[Wanted]]:
    """As many at a time as an order or a transfer has lines."""
    rest = iter(wanted)
    while part := list(islice(rest, MAX_ORDER_LINES)):
        yield part


async def draft_order(uow: UnitOfWork, actor: Actor, wanted: Sequence[Wanted]) -> PurchaseOrderView:
    """A draft of one order, at the prices of today. Raises Invalid with every fault at its `/lines/…`."""
    first = wanted[0]
    rate = first.proposal.exchange_rate
    order = CreateOrder(
        supplier=str(first.supplier),
        site=str(first.proposal.site),
        lines=[_line(one) for one in wanted],
        exchange_rate=None if rate == ONE else rate,
    )
    made = await create_order(uow, actor, order)
    await uow.replenishment.decide(actor, [one.decision(order=made.id) for one in wanted])
    await _tell_ordered(uow, "purchase_order", made.id, wanted)
    return made


async def extend_order(
    uow: UnitOfWork, actor: Actor, order_id: UUID, wanted: Sequence[Wanted]
) -> PurchaseOrderView | None:
    """A draft with more in it: what it has stays at its prices, of what it has already there is more. None where it cannot be, as when
    it would have too many lines or holds what is not sold any more; nothing has happened then."""
    order = await uow.purchase_orders.locked(order_id)
    if order is None:
        return None
    more = {one.proposal.product: one.quantity for one in wanted}
    lines = [
        OrderedLine(
            product=str(line.product),
            quantity=line.quantity + more.get(line.product, Decimal(0)),
            unit_price=None if line.product in more else line.unit_price,
            expected_on=line.expected_on,
        )
        for line in order.lines
    ]
    present = {line.product for line in order.lines}
    lines += [_line(one) for one in wanted if one.proposal.product not in present]
    try:
        made = await change_order(uow, actor, (order_id, ChangeOrder(lines=lines), None))
    except Invalid:
        return None
    await uow.replenishment.decide(actor, [one.decision(order=made.id) for one in wanted])
    await _tell_ordered(uow, "purchase_order", made.id, wanted)
    return made


async def bring(uow: UnitOfWork, actor: Actor, wanted: Sequence[Wanted], state: StartState) -> TransferView:
    """One transfer. Raises Invalid, or Conflict `insufficient_stock`, with every fault at its `/lines/…`."""
    first = wanted[0].proposal
    lines = [StartTransferLine(str(one.proposal.product), one.quantity) for one in wanted]
    made = await start_transfer(uow, actor, StartTransfer(str(first.source), str(first.site), lines, state=state))
    await uow.replenishment.decide(actor, [one.decision(transfer=made.id) for one in wanted])
    await _tell_ordered(uow, "transfer", made.id, wanted)
    return made


def _line(wanted: Wanted) -> OrderedLine:
    proposal = wanted.proposal
    return OrderedLine(product=str(proposal.product), quantity=wanted.quantity, expected_on=proposal.expected_on)


async def _tell_ordered(uow: UnitOfWork, subject_type: str, subject_id: UUID, wanted: Sequence[Wanted]) -> None:
    data = {
        "site": wanted[0].proposal.site,
        "proposals": [one.proposal.id for one in wanted],
        "edited": sum(one.is_edited for one in wanted),
    }
    await uow.events.append("replenishment_ordered", subject_type, subject_id, data)
