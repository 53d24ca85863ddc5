"""Deciding about recommendations: doing what is recommended, leaving it, or putting it off."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import msgspec

from core.commands.catalogue import ChangeProduct, change_product
from core.commands.changes import require_version
from core.commands.policies import put_policies
from core.commands.purchase_order_receipt import TakeBackReceipt, take_back_receipt
from core.commands.replenishment_decisions import AcceptProposal, accept_proposal
from core.commands.replenishment_dismissal import DismissProposal, dismiss_proposal
from core.commands.stock_counts import PlanCount, ScopeWish, plan_count
from core.commands.transfers import StartState, StartTransfer, StartTransferLine, start_transfer
from core.domain.access import Actor
from core.domain.errors import Fault, Forbidden, NotFound, refuse_if
from core.domain.recommendation import (
    CHANGE_PERCENT,
    NEEDED_TO_SEE,
    READ,
    ActionType,
    RecommendationKind,
    RecommendationState,
    outdated,
    require_open,
)
from core.domain.stock import reversal
from core.domain.stock_count_scope import ScopeKind
from core.ports.recommendations import StoredRecommendation, obstacle
from core.ports.storage import UnitOfWork

_REASON = "recommendation"

Seen = tuple[UUID, int | None]
"""A recommendation, and the version of it that the caller has seen (None: any)."""


class SnoozeRecommendation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Until which day one does not want to see it."""

    until: dt.date


class Made(msgspec.Struct, frozen=True):
    """What accepting changed or made: a `purchase_order`, `transfer` or `stock_count` with its number, a `product`, a `policy` (by its
    product), or the `posting` that took a receipt back."""

    type: str
    id: UUID
    number: int | None = None


class RecommendationDone(msgspec.Struct, frozen=True):
    """What became of a recommendation."""

    id: UUID
    kind: RecommendationKind
    state: RecommendationState
    made: Made | None = None


class RecommendationSnoozed(msgspec.Struct, frozen=True):
    """Until when the caller is not shown it."""

    id: UUID
    until: dt.date


async def accept_recommendation(uow: UnitOfWork, actor: Actor, command: Seen) -> RecommendationDone:
    """Does what is recommended, with the caller's own rights. Raises Conflict `recommendation_outdated` where what it rests on is not so
    any more."""
    found = await _opened(uow, actor, command)
    _require_able(actor, found)
    made = await _do(uow, actor, found)
    return await _decided(uow, actor, found, RecommendationState.ACCEPTED, made)


async def dismiss_recommendation(uow: UnitOfWork, actor: Actor, command: Seen) -> RecommendationDone:
    """Leaves it, for everybody, until it is graver by far: so it is for those who could accept it."""
    found = await _opened(uow, actor, command)
    _require_able(actor, found)
    if found.action.proposal:
        wish = DismissProposal(change_percent=CHANGE_PERCENT)
        await dismiss_proposal(uow, actor, (found.action.proposal, wish, None))
    return await _decided(uow, actor, found, RecommendationState.DISMISSED, None)


async def snooze_recommendation(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, SnoozeRecommendation]
) -> RecommendationSnoozed:
    """Puts it off, for the caller alone."""
    recommendation_id, wish = command
    found = await _opened(uow, actor, (recommendation_id, None))
    today = (await uow.purchase_orders.rules()).today
    refuse_if(list(_day_faults(wish.until, today)), "invalid_snooze")
    await uow.recommendations.snooze(actor, found.id, wish.until)
    return RecommendationSnoozed(found.id, wish.until)


async def _opened(uow: UnitOfWork, actor: Actor, command: Seen) -> StoredRecommendation:
    """The recommendation, locked, if the actor may know of it and nobody has decided about it."""
    recommendation_id, version = command
    found = await uow.recommendations.locked(recommendation_id)
    if found is None or not _sees(actor, found):
        raise NotFound("recommendation_not_found", "no recommendation has this id")
    require_version(found.version, version)
    require_open(found.state)
    return found


def _sees(actor: Actor, found: StoredRecommendation) -> bool:
    """Whether it exists for the actor: those that are proposals are for who sees proposals."""
    needed = {READ, NEEDED_TO_SEE.get(found.kind, READ), "purchase:read" if found.action.proposal else READ}
    return needed <= actor.permissions and (found.site is None or actor.sees([found.site]))


def _require_able(actor: Actor, found: StoredRecommendation) -> None:
    for permission in found.action.permissions:
        actor.require(permission)
    if obstacle(actor, found.action):
        raise Forbidden("site_out_of_reach", "this is done by somebody who may write the sites that it concerns")


async def _decided(
    uow: UnitOfWork, actor: Actor, found: StoredRecommendation, state: RecommendationState, made: Made | None
) -> RecommendationDone:
    is_accepted = state is RecommendationState.ACCEPTED
    await uow.recommendations.decide(actor, found, state)
    await uow.recommendations.learn(actor, found.kind, accepted=is_accepted)
    event = "recommendation_accepted" if is_accepted else "recommendation_dismissed"
    data = {"kind": found.kind.value, "product": found.product, "site": found.site, "made": made}
    await uow.events.append(event, "recommendation", found.id, data)
    return RecommendationDone(found.id, found.kind, state, made)


async def _do(uow: UnitOfWork, actor: Actor, found: StoredRecommendation) -> Made:
    deeds = {
        ActionType.ACCEPT_PROPOSAL: _accept_proposal,
        ActionType.START_TRANSFER: _start_transfer,
        ActionType.SET_PRICE: _set_price,
        ActionType.DEACTIVATE: _deactivate,
        ActionType.REVERSE_RECEIPT: _reverse_receipt,
        ActionType.PLAN_COUNT: _plan_count,
        ActionType.SET_POLICY: _set_policy,
    }
    return await deeds[found.action.type](uow, actor, found)


async def _accept_proposal(uow: UnitOfWork, actor: Actor, found: StoredRecommendation) -> Made:
    done = await accept_proposal(uow, actor, (found.id, AcceptProposal(), None))
    if done.transfers:
        return Made("transfer", done.transfers[0].id, done.transfers[0].number)
    return Made("purchase_order", done.purchase_orders[0].id, done.purchase_orders[0].number)


async def _start_transfer(uow: UnitOfWork, actor: Actor, found: StoredRecommendation) -> Made:
    """What is brought instead of being bought needs not be bought: its proposal ends, and comes back if that was not enough."""
    action = found.action
    line = StartTransferLine(str(found.product), action.quantity or Decimal(0))
    wish = StartTransfer(str(action.source), str(action.destination), [line], state=StartState(action.state or "draft"))
    made = await start_transfer(uow, actor, wish)
    if found.kind is RecommendationKind.TRANSFER and action.destination:
        await uow.replenishment.withdraw([(found.product, action.destination)])
    return Made("transfer", made.id, made.number)


async def _set_price(uow: UnitOfWork, actor: Actor, found: StoredRecommendation) -> Made:
    product = await uow.catalogue.product(found.product)
    if found.action.price is None or product.price != found.numbers.price:
        raise outdated()
    await change_product(uow, actor, (found.product, ChangeProduct(price=found.action.price), None))
    return Made("product", found.product)


async def _deactivate(uow: UnitOfWork, actor: Actor, found: StoredRecommendation) -> Made:
    await change_product(uow, actor, (found.product, ChangeProduct(active=False), None))
    return Made("product", found.product)


async def _reverse_receipt(uow: UnitOfWork, actor: Actor, found: StoredRecommendation) -> Made:
    posting_id, order = found.action.posting, found.action.order
    if posting_id is None:
        raise outdated()
    if order:
        await take_back_receipt(uow, actor, (order, posting_id, TakeBackReceipt(_REASON), None))
        return Made("purchase_order", order)
    original = await uow.postings.posting(actor, posting_id)
    if original is None:
        raise outdated()
    posted = await uow.ledger.post(actor, [reversal(original, _REASON)])
    return Made("posting", posted.postings[0].id)


async def _plan_count(uow: UnitOfWork, actor: Actor, found: StoredRecommendation) -> Made:
    scope = ScopeWish(ScopeKind.PRODUCTS, products=[str(found.product)])
    made = await plan_count(uow, actor, PlanCount(site=str(found.action.site), scope=scope))
    return Made("stock_count", made.id, made.number)


async def _set_policy(uow: UnitOfWork, actor: Actor, found: StoredRecommendation) -> Made:
    """Only the figures change. Whoever set others in the meantime knew better."""
    action = found.action
    policy = await uow.recommendations.policy(found.product, action.site) if action.site else None
    if policy is None or action.minimum is None or action.target is None:
        raise outdated()
    if (policy.minimum, policy.target) != (found.numbers.minimum, found.numbers.target):
        raise outdated()
    await put_policies(uow.policies, actor, [replace(policy, minimum=action.minimum, target=action.target)])
    return Made("policy", found.product)


def _day_faults(until: dt.date, today: dt.date) -> Iterator[Fault]:
    if until <= today:
        yield Fault("/until", "in_the_past", "must be a day to come")
