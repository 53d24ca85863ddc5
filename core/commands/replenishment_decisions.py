"""What people order of what is proposed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.changes import require_version
from core.commands.purchase_order_steps import WRITE
from core.commands.replenishment_documents import MadeDocument, Wanted, as_proposed, bring, draft_order, in_parts
from core.commands.stock import Reference
from core.commands.transfers import StartState
from core.domain.access import Actor
from core.domain.errors import Conflict, DomainError, Fault, Forbidden, NotFound, refuse_if
from core.domain.replenishment import ProposalState, require_open
from core.domain.values import quantity_fault
from core.ports.replenishment import OpenProposal
from core.ports.storage import UnitOfWork

MAX_ACCEPTED = 500
_LINE = re.compile(r"(?:/postings/0)?/lines/(\d+)")

Seen = tuple[UUID, int | None]
"""A proposal, and the version of it that the caller has seen (None: any)."""


class AcceptProposal(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Another quantity, or another supplier, than what is proposed."""

    quantity: Decimal | None = None
    supplier: Reference | None = None


class AcceptProposals(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Proposals by their ids, at most 500, all or none."""

    ids: Annotated[list[UUID], Meta(min_length=1, max_length=MAX_ACCEPTED)]


class Accepted(msgspec.Struct, frozen=True):
    """What was made of proposals: drafts of orders, one of each supplier for each site, and transfers, one for each pair of sites."""

    proposals: int
    purchase_orders: list[MadeDocument]
    transfers: list[MadeDocument]


async def accept_proposal(uow: UnitOfWork, actor: Actor, command: tuple[UUID, AcceptProposal, int | None]) -> Accepted:
    """Makes a draft of an order, or a transfer, of one proposal."""
    proposal_id, wish, version = command
    proposal = await opened(uow, actor, (proposal_id, version))
    require_open(proposal.state, "accepted", ProposalState.PROPOSED, document=proposal.document)
    wanted = await _edited(uow, proposal, wish)
    return await _ordered(uow, actor, [wanted], {proposal.id: ""})


async def accept_proposals(uow: UnitOfWork, actor: Actor, command: AcceptProposals) -> Accepted:
    """Makes drafts of orders and transfers of many proposals, all or none. Raises with every fault at its `/ids/…`."""
    actor.require(WRITE)
    found = {one.id: one for one in await uow.replenishment.locked(command.ids)}
    refuse_if(list(_naming_faults(actor, command.ids, found)), "invalid_acceptance")
    closed = [
        Fault(
            f"/ids/{index}",
            "proposal_state",
            f"this proposal is {found[one].state.value}",
            {"state": found[one].state.value},
        )
        for index, one in enumerate(command.ids)
        if found[one].state is not ProposalState.PROPOSED
    ]
    if closed:
        raise Conflict("proposal_state", closed[0].detail, closed)
    places = {one: f"/ids/{index}" for index, one in enumerate(command.ids)}
    return await _ordered(uow, actor, [as_proposed(found[one]) for one in command.ids], places)


async def opened(uow: UnitOfWork, actor: Actor, command: Seen) -> OpenProposal:
    """The proposal, locked, for somebody of its site."""
    actor.require(WRITE)
    proposal_id, version = command
    found = await uow.replenishment.locked([proposal_id])
    if not found or not actor.sees([found[0].site]):
        raise NotFound("proposal_not_found", "no proposal has this id")
    if not actor.covers([found[0].site]):
        raise Forbidden("site_out_of_reach", "this is done by somebody of the site that the proposal is for")
    require_version(found[0].version, version)
    return found[0]


async def _edited(uow: UnitOfWork, proposal: OpenProposal, wish: AcceptProposal) -> Wanted:
    """The proposal with what somebody wants otherwise."""
    wanted = as_proposed(proposal)
    faults = []
    if wish.quantity is not None and (fault := quantity_fault("/quantity", wish.quantity)):
        faults.append(fault)
    elif wish.quantity is not None:
        wanted = replace(wanted, quantity=wish.quantity)
    if wish.supplier is not None:
        found = await _with_supplier(uow, wanted, wish.supplier)
        faults += [] if isinstance(found, Wanted) else [found]
        wanted = found if isinstance(found, Wanted) else wanted
    refuse_if(faults, "invalid_acceptance")
    is_edited = (wanted.quantity, wanted.supplier) != (proposal.quantity, proposal.supplier)
    return replace(wanted, is_edited=is_edited)


async def _with_supplier(uow: UnitOfWork, wanted: Wanted, reference: str) -> Wanted | Fault:
    """Bought of this supplier, also what was to come from another site."""
    supplier = await uow.suppliers.named(reference)
    if supplier is None:
        return Fault("/supplier", "not_found", "no supplier has this id or code")
    today = (await uow.purchase_orders.rules()).today
    offers = (await uow.replenishment.offers([wanted.proposal.product], today)).get(wanted.proposal.product, ())
    offer = next((one for one in offers if one.supplier == supplier.id and one.is_valid), None)
    if offer is None:
        return Fault("/supplier", "not_sold", "this supplier does not sell the product today")
    if offer.obstacle:
        return Fault("/supplier", offer.obstacle.value, "nothing can be ordered of this supplier now")
    proposal = replace(
        wanted.proposal,
        supplier=supplier.id,
        source=None,
        exchange_rate=offer.exchange_rate,
        expected_on=offer.arrives_on(today),
    )
    return replace(wanted, proposal=proposal, supplier=supplier.id)


async def _ordered(uow: UnitOfWork, actor: Actor, wanted: Sequence[Wanted], places: Mapping[UUID, str]) -> Accepted:
    """Raises with faults at the places of the proposals in the caller's body."""
    done = Accepted(len(wanted), [], [])
    for group in _grouped(wanted):
        for part in in_parts(group):
            with _faults_at([places[one.proposal.id] for one in part]):
                await _document(uow, actor, part, done)
    return done


@contextmanager
def _faults_at(places: Sequence[str]) -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        error.faults = tuple(replace(fault, pointer=_place_of(fault, places)) for fault in error.faults)
        raise


def _place_of(fault: Fault, places: Sequence[str]) -> str:
    """What is wrong with a line is wrong with its proposal; anything else is said of the first."""
    if found := _LINE.match(fault.pointer):
        return places[int(found[1])] + fault.pointer[found.end() :]
    return places[0] + fault.pointer


async def _document(uow: UnitOfWork, actor: Actor, part: Sequence[Wanted], done: Accepted) -> None:
    if part[0].proposal.source:
        transfer = await bring(uow, actor, part, StartState.PENDING)
        done.transfers.append(MadeDocument(transfer.id, transfer.number, transfer.state.value))
    else:
        order = await draft_order(uow, actor, part)
        done.purchase_orders.append(MadeDocument(order.id, order.number, order.state.value))


def _grouped(wanted: Sequence[Wanted]) -> Iterator[Sequence[Wanted]]:
    groups: dict[tuple[UUID, UUID | None, UUID | None], list[Wanted]] = {}
    for one in wanted:
        groups.setdefault((one.proposal.site, one.proposal.source, one.supplier), []).append(one)
    yield from groups.values()


def _naming_faults(actor: Actor, ids: Sequence[UUID], found: Mapping[UUID, OpenProposal]) -> Iterator[Fault]:
    for index, one in enumerate(ids):
        if one in ids[:index]:
            yield Fault(f"/ids/{index}", "repeated", "this proposal is named twice")
        elif one not in found or not actor.sees([found[one].site]):
            yield Fault(f"/ids/{index}", "not_found", "no proposal has this id")
        elif not actor.covers([found[one].site]):
            yield Fault(f"/ids/{index}", "forbidden", "outside the sites that you may write")
