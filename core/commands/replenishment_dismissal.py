"""Leaving a proposal alone for a while."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import msgspec

from core.commands.replenishment_decisions import opened
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.replenishment import ProposalState, require_open
from core.ports.proposal_view import ProposalView
from core.ports.storage import UnitOfWork


class DismissProposal(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Until which day it is not proposed again, or until the position differs by how many percent from the present one; of both,
    whichever comes first."""

    until: dt.date | None = None
    change_percent: Decimal | None = None


async def dismiss_proposal(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, DismissProposal, int | None]
) -> ProposalView:
    """Has a proposal left alone for a while."""
    proposal_id, wish, version = command
    proposal = await opened(uow, actor, (proposal_id, version))
    allowed = (ProposalState.PROPOSED, ProposalState.BLOCKED, ProposalState.DISMISSED)
    require_open(proposal.state, "dismissed", *allowed, document=proposal.document)
    today = (await uow.purchase_orders.rules()).today
    refuse_if(list(_dismissal_faults(wish, today)), "invalid_dismissal")
    await uow.replenishment.dismiss(actor, proposal_id, wish.until, wish.change_percent)
    data = {
        "product": proposal.product,
        "site": proposal.site,
        "until": wish.until,
        "change_percent": wish.change_percent,
    }
    await uow.events.append("replenishment_dismissed", "replenishment_proposal", proposal_id, data)
    return await uow.replenishment.view(proposal_id, costs=actor.may("cost:read"))


def _dismissal_faults(wish: DismissProposal, today: dt.date) -> Iterator[Fault]:
    if wish.until is None and wish.change_percent is None:
        yield Fault("/until", "required", "say until when, or until which change of the position")
    if wish.until is not None and wish.until <= today:
        yield Fault("/until", "in_the_past", "must be a day to come")
    percent = wish.change_percent
    if percent is not None and not (percent.is_finite() and 0 < percent <= 10_000 and percent == round(percent, 2)):
        yield Fault("/change_percent", "out_of_range", "must be more than 0 and at most 10000, with at most 2 decimals")
