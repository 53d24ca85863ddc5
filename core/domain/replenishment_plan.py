"""What a run concludes: for everything that is needed a transfer, a purchase or a reason why there is neither."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from core.domain.policy import Sources
from core.domain.replenishment import ZERO, Choice, Proposal, ProposalState, Reason, Standing, SupplierMinimum, Why
from core.domain.sourcing import (
    Offer,
    Surplus,
    Surpluses,
    by_urgency,
    hole,
    ranked,
    transfer_choice,
    transferable,
)
from core.domain.stock_projection import daily_demand, stock_out_on
from core.domain.supplier_minimum import Filler, fill
from core.domain.values import normal

Pair = tuple[UUID, UUID]
"""A supplier and the site that orders of it."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Standings by what is to be done about them: something is needed, or nothing is proposed any more. What was dismissed and is not
    to be proposed again yet is in neither; nor what fills up an order, which is decided with that order."""

    needs: Sequence[Standing]
    settled: Sequence[Standing]


def sort_out(standings: Iterable[Standing], today: date) -> Sorted:
    """Which of them need something."""
    needs: list[Standing] = []
    settled: list[Standing] = []
    for one in standings:
        if one.current and one.current.is_dismissed(today, one.position):
            continue
        if one.needed > 0:
            needs.append(one)
        elif one.current and one.current.state is not ProposalState.WITHDRAWN and not one.current.is_filler:
            settled.append(one)
    return Sorted(needs, settled)


def plan(
    needs: Sequence[Standing], offers: Mapping[UUID, Sequence[Offer]], surpluses: Surpluses, today: date
) -> Iterator[Proposal]:
    """A proposal for each need, the most urgent first, so that it has what others would like to have as well."""
    for need in by_urgency(needs):
        if need.obstacle:
            yield _blocked(need, need.obstacle, today)
            continue
        given = transferable(need, surpluses.get(need.product, ()))
        sold = () if need.sources is Sources.TRANSFER_ONLY else ranked(need, offers.get(need.product, ()), today)
        if given:
            yield _brought(need, given, sold, today)
        elif sold:
            yield _bought(need, sold, today)
        else:
            yield _blocked(need, hole(offers.get(need.product, ()), need), today)


def _brought(
    need: Standing, given: tuple[Surplus, Decimal], sold: Sequence[tuple[Offer, Choice]], today: date
) -> Proposal:
    donor, quantity = given
    second = sold[0][1] if sold else None
    why = why_of(need, today, transfer_choice(need, donor, quantity, today), second)
    return Proposal(need, why, source=donor.site)


def _bought(need: Standing, sold: Sequence[tuple[Offer, Choice]], today: date) -> Proposal:
    offer, choice = sold[0]
    second = sold[1][1] if len(sold) > 1 else None
    return Proposal(need, why_of(need, today, choice, second), supplier=offer.supplier)


def _blocked(need: Standing, reason: Reason, today: date) -> Proposal:
    return Proposal(need, why_of(need, today), reason=reason)


def why_of(need: Standing, today: date, chosen: Choice | None = None, runner_up: Choice | None = None) -> Why:
    """Every number that leads to this choice."""
    return Why(
        day=today,
        minimum=need.minimum,
        target=need.target,
        level_source=need.level_source,
        on_hand=need.on_hand,
        available=need.available,
        owed=need.owed,
        ordered=need.ordered,
        drafted=need.drafted,
        arriving=need.arriving,
        position=need.position,
        needed=need.needed,
        forecast_as_of=need.forecast.as_of if need.forecast else None,
        daily_demand=daily_demand(need.forecast),
        stock_out_on=stock_out_on(need, today),
        basis=need.basis,
        chosen=chosen,
        runner_up=runner_up,
    )


@dataclass(frozen=True, slots=True)
class Group:
    """What one site orders of a supplier that wants a minimum order value: what others propose there already, and what could be ordered
    along."""

    minimum: Decimal
    currency: str
    proposed: Decimal
    fillers: Sequence[Filler]


def complete(group: Group, proposals: Sequence[Proposal], today: date) -> Iterator[Proposal]:
    """The proposals of a group and what is added to them, each with what they come to together."""
    value = group.proposed + sum((one.value for one in proposals), ZERO)
    added: Sequence[tuple[Filler, Choice]] = ()
    if value < group.minimum:
        added = fill(group.minimum - value, group.fillers, today)
    fillers = [
        Proposal(one.standing, why_of(one.standing, today, choice), supplier=one.offer.supplier, is_filler=True)
        for one, choice in added
    ]
    whole = value + sum((one.value for one in fillers), ZERO)
    reached = SupplierMinimum(group.minimum, normal(whole), group.currency)
    for one in (*proposals, *fillers):
        yield replace(one, why=replace(one.why, supplier_minimum=reached))
