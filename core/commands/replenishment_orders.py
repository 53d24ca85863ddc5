"""Orders and transfers that policies have made by themselves, each in a transaction of its own."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from core.commands.purchase_order_sending import send_order
from core.commands.purchase_order_steps import APPROVE, WRITE, done, opened
from core.commands.replenishment_documents import (
    MadeDocument,
    Wanted,
    as_proposed,
    bring,
    draft_order,
    extend_order,
    in_parts,
)
from core.commands.transfers import StartState
from core.domain.access import Actor
from core.domain.errors import DomainError
from core.domain.policy import Mode
from core.domain.purchase_order import MANUAL, OrderState, submitted
from core.ports.purchase_orders import PurchaseOrderView
from core.ports.replenishment import OpenProposal, OrderGroup
from core.ports.storage import Run, UnitOfWork

AGENT = "replenishment"
SYSTEM = UUID(int=0)
"""Whoever made an order that nobody asked for."""

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Made:
    """The orders and transfers that were made."""

    purchase_orders: list[MadeDocument] = field(default_factory=list)
    transfers: list[MadeDocument] = field(default_factory=list)


async def make_documents(run: Run, actor: Actor, groups: Iterable[OrderGroup]) -> Made:
    """Makes the orders and transfers of groups of proposals. One that cannot be made holds up no other: its proposals stay."""
    made = Made()
    system = replenisher(actor)
    for group in groups:
        try:
            documents = (await run(order_group, system, group)).result
        except DomainError as error:
            _logger.warning("company %s: %s cannot be ordered: %s", actor.company, group, error)
            continue
        (made.transfers if group.source else made.purchase_orders).extend(documents)
    return made


def replenisher(actor: Actor) -> Actor:
    """Who makes the orders: the system, whoever set the run going; the audit trail calls it by its name."""
    return Actor(
        SYSTEM, actor.company_id, frozenset({WRITE, APPROVE, "transfer:start"}), origin=actor.origin, agent=AGENT
    )


async def order_group(uow: UnitOfWork, actor: Actor, group: OrderGroup) -> list[MadeDocument]:
    """Makes of what is proposed what the policies want. What was decided in the meantime is not there any more."""
    proposals = await uow.replenishment.locked_group(group)
    made: list[MadeDocument] = []
    for part in in_parts([as_proposed(one) for one in proposals]):
        if group.source:
            state = StartState.PENDING if group.mode is Mode.PLACE else StartState.DRAFT
            transfer = await bring(uow, actor, part, state)
            made.append(MadeDocument(transfer.id, transfer.number, transfer.state.value))
        elif group.mode is Mode.DRAFT:
            made.append(_shown(await _drafted(uow, actor, group, part)))
        elif _reaches_minimum(proposals):
            made.append(_shown(await _placed(uow, actor, part)))
    return made


def _shown(order: PurchaseOrderView) -> MadeDocument:
    return MadeDocument(order.id, order.number, order.state.value)


async def _drafted(uow: UnitOfWork, actor: Actor, group: OrderGroup, part: Sequence[Wanted]) -> PurchaseOrderView:
    """The draft that is there, with this in it, otherwise a new one."""
    open_order = await uow.replenishment.drafted_order(group.supplier, group.site) if group.supplier else None
    extended = await extend_order(uow, actor, open_order, part) if open_order else None
    return extended or await draft_order(uow, actor, part)


def _reaches_minimum(proposals: Sequence[OpenProposal]) -> bool:
    """An order below the supplier's minimum value is not placed by itself: it may be refused, and more may be wanted tomorrow."""
    least = proposals[0].supplier_minimum
    return least is None or sum(one.value for one in proposals) >= least


async def _placed(uow: UnitOfWork, actor: Actor, part: Sequence[Wanted]) -> PurchaseOrderView:
    """Handed in; approved where neither the policies' spending limit nor the company's threshold is exceeded, and then sent the way the
    supplier wants. To whom orders are sent by hand, somebody sends it."""
    made = await draft_order(uow, actor, part)
    order = await opened(uow, actor, (made.id, None), WRITE)
    rules = await uow.purchase_orders.rules()
    limits = [rules.threshold, *(one.proposal.spending_limit for one in part)]
    after = submitted(order, actor.user_id, min((one for one in limits if one is not None), default=None))
    view = await done(uow, actor, after, "purchase_order_submitted")
    channel = (await uow.suppliers.ordering(order.supplier)).channel
    if after.state is OrderState.TO_APPROVE or channel == MANUAL:
        return view
    return await send_order(uow, actor, order.id)
