"""Taking in what shops tell of their orders, and looking again at orders for which something has changed here.

Both do the same: they unite what is known, work out what must be reserved, sold and taken back, and make it so in one transaction. So
whatever is told twice, late or in another order ends in the same books.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from core.commands.channel_order_postings import past_sales, post_returns, post_sales
from core.domain.access import Actor
from core.domain.channel_order import ZERO, ChannelOrder, FactKind, OrderState, differs, owed_units, to_deliver, units
from core.domain.channel_order_levels import change_of_levels
from core.domain.channel_order_pictures import NO_PLACES, GivenPlaces, united
from core.domain.channel_order_plan import plan_of, problems, resolved, state_of
from core.domain.errors import Busy, DomainError
from core.domain.remote_order import RemoteOrder
from core.domain.values import normal
from core.ports.channel_items import ExpectedChange
from core.ports.storage import UnitOfWork

NOBODY = UUID(int=0)
UNEXPECTED = "internal"
"""The code of what ran into an error of ours."""
REFUSED_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""When an order is looked at again of which the books refused something, time after time; the last of them for ever after."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a shop tells of one of its orders."""

    channel: str
    order: RemoteOrder
    places: GivenPlaces = NO_PLACES


async def take_in(uow: UnitOfWork, actor: Actor, picture: Picture) -> tuple[UUID, bool]:
    """Takes a picture of an order in. Returns the order's id, and whether it was not known before."""
    before = await uow.channel_orders.locked(picture.channel, picture.order.id)
    after = united(before, picture.channel, picture.order, picture.places)
    if after != before:
        await look(uow, actor, before, after)
        if after.by_location:
            changes = change_of_levels(before, after).items()
            await uow.channel_items.expect(picture.channel, [ExpectedChange(*level, units) for level, units in changes])
    return after.id, before is None


async def keep(uow: UnitOfWork, actor: Actor, command: tuple[Picture, str]) -> None:
    """Keeps a picture that ran into an error of ours, to be looked at again later."""
    picture, error = command
    before = await uow.channel_orders.locked(picture.channel, picture.order.id)
    known = united(before, picture.channel, picture.order, picture.places)
    await _put_off(uow, actor, before, resolved(known, await uow.channel_orders.directory(known)), error)


async def look_again(uow: UnitOfWork, actor: Actor, order_id: UUID) -> None:
    """Looks once more at an order."""
    order = await uow.channel_orders.locked_by_id(order_id)
    if order is not None:
        await look(uow, actor, order, order)


async def put_off(uow: UnitOfWork, actor: Actor, command: tuple[UUID, str]) -> None:
    """Notes an error of ours that an order ran into, to be looked at again later."""
    order_id, error = command
    order = await uow.channel_orders.locked_by_id(order_id)
    if order is not None:
        await _put_off(uow, actor, order, order, error)


async def _put_off(uow: UnitOfWork, actor: Actor, before: ChannelOrder | None, order: ChannelOrder, error: str) -> None:
    attempts = await uow.channel_orders.attempts(order) + 1
    after = replace(order, problem=error[:500], problem_code=UNEXPECTED, state=OrderState.NEEDS_ATTENTION)
    await uow.channel_orders.save(after, uow.now + _delay(attempts), attempts)
    await _tell(uow, actor, before, after)


async def look(
    uow: UnitOfWork,
    actor: Actor,
    before: ChannelOrder | None,
    order: ChannelOrder,
    *,
    event: str = "",
    reason: str = "",
) -> ChannelOrder:
    """Makes the books say what is known of the order, stores it and tells what has become of it."""
    known = resolved(replace(order, problem="", problem_code=""), await uow.channel_orders.directory(order))
    attempts, look_at = 0, None
    # Before anything else refers to it, and whatever becomes of the rest.
    await uow.channel_orders.save(known, None)
    try:
        async with uow.channel_orders.trial():
            known = await _carried_out(uow, replace(actor, sites=None, read_sites=None), known)
    except Busy:
        raise
    except DomainError as refusal:
        attempts = await uow.channel_orders.attempts(order) + 1
        look_at = uow.now + _delay(attempts)
        code = refusal.faults[0].code if refusal.faults else refusal.code
        known = replace(known, problem=str(refusal)[:500], problem_code=code)
    after = replace(known, state=state_of(known))
    await uow.channel_orders.save(after, look_at, attempts)
    await _tell(uow, actor, before, after, event=event, reason=reason)
    return after


def _delay(attempts: int) -> timedelta:
    return REFUSED_AGAIN[min(attempts, len(REFUSED_AGAIN)) - 1]


async def _carried_out(uow: UnitOfWork, actor: Actor, order: ChannelOrder) -> ChannelOrder:
    """Gives back what is wanted no more, posts what left and what came back, and reserves what is still to leave, in that order: what left
    takes its own reservations first. Returns the order after it."""
    plan = plan_of(order)
    if plan.returns:
        await past_sales(uow, actor, order)  # their locks come before those of stock
    stock = await uow.channel_orders.lock_stock(order, plan)
    await uow.channel_orders.hold(order, plan.holds, consumed=bool(plan.sales), grows=False)
    after = await post_sales(uow, actor, order, plan.sales, stock)
    after = await post_returns(uow, actor, after, plan.returns, stock)
    short = await uow.channel_orders.hold(order, plan.holds, consumed=False, grows=True)
    return replace(after, lacks=short + sum((part.quantity for part in plan_of(after).sales), ZERO))


async def _tell(
    uow: UnitOfWork,
    actor: Actor,
    before: ChannelOrder | None,
    after: ChannelOrder,
    *,
    event: str = "",
    reason: str = "",
) -> None:
    """The events of what has changed, each with a line in the order's history."""
    for each in _news(before, after, event):
        await uow.events.append(each, "channel_order", after.id, _told(after))
        by = None if actor.user_id == NOBODY else actor.user_id
        await uow.channel_orders.add_step(after, each, by, reason if each == event else "")


def _news(before: ChannelOrder | None, after: ChannelOrder, event: str) -> list[str]:
    state = before.state if before else None
    news = [event] if event else []
    if before is None:
        news.append("channel_order_imported")
    elif after.cancelled_at and not before.cancelled_at:
        news.append("channel_order_cancelled")
    elif after.state is OrderState.FULFILLED and state is not OrderState.FULFILLED:
        news.append("channel_order_fulfilled")
    elif differs(before, after) and not event:
        news.append("channel_order_changed")
    if after.lacks > (before.lacks if before else 0):
        news.append("channel_order_short")
    if after.state is OrderState.NEEDS_ATTENTION and state is not OrderState.NEEDS_ATTENTION:
        news.append("channel_order_needs_attention")
    return news


def _told(order: ChannelOrder) -> dict[str, object]:
    left, fulfilled, returned = to_deliver(order), units(order, FactKind.FULFILMENT), units(order, FactKind.RETURN)
    found = list(dict.fromkeys(problem.value for _, problem in problems(order)))
    return {
        "channel": order.channel,
        "external_id": order.external_id,
        "number": order.number,
        "state": order.state.value,
        "site": order.site,
        "lacks": normal(order.lacks),
        "owed": normal(owed_units(order)),
        "what_lacks": "owed" if owed_units(order) else "reserved",
        "problem": order.problem or ", ".join(found),
        "why": "refused" if order.problem else next(iter(found), None),
        "lines": [
            {
                "id": line.id,
                "sku": line.sku,
                "product": line.product,
                "quantity": normal(line.quantity),
                "to_deliver": normal(left.get(line.id, ZERO)),
                "fulfilled": normal(fulfilled.get(line.id, ZERO)),
                "returned": normal(returned.get(line.id, ZERO)),
            }
            for line in order.lines
        ],
    }
