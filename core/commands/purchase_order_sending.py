"""Sending purchase orders to their suppliers: at once by hand, else by the worker, once."""

from dataclasses import replace
from uuid import UUID

import msgspec

from core.commands.purchase_order_steps import WRITE, done, opened, shown, tell
from core.domain.access import Actor
from core.domain.errors import Conflict
from core.domain.order_sending import NewSending, OrderSending, SendingState, require_at_rest
from core.domain.purchase_order import MANUAL, OrderDeed, PurchaseOrder, require_possible, sent
from core.ports.purchase_orders import PurchaseOrderView
from core.ports.storage import UnitOfWork


class SendOrder(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`by_hand` notes that the caller has sent the order, whatever way its supplier usually wants them."""

    by_hand: bool = False


async def send_order(
    uow: UnitOfWork, actor: Actor, order_id: UUID, version: int | None = None, *, by_hand: bool = False
) -> PurchaseOrderView:
    """Sends an approved order the way that its supplier wants: by hand it is `sent` at once; else it stays `approved`, and the worker
    hands it over. Needs purchase:write. Raises Conflict `purchase_order_state` and `purchase_order_being_sent`."""
    order = await opened(uow, actor, (order_id, version), WRITE)
    require_possible(order, OrderDeed.SEND)
    latest = await uow.order_sendings.latest(order.id)
    channel = MANUAL if by_hand else (await uow.suppliers.ordering(order.supplier)).channel
    if channel == MANUAL:
        await _withdraw(uow, latest)
        return await _sent_by_hand(uow, actor, order)
    if latest and latest.state is SendingState.WAITING:
        raise Conflict("purchase_order_being_sent", "the order is on its way to the supplier")
    number = await _begin(uow, actor, order, latest, channel)
    await tell(uow, "purchase_order_sending", order, channel=channel, sending=number)
    return await shown(uow, actor, order.id)


async def _sent_by_hand(uow: UnitOfWork, actor: Actor, order: PurchaseOrder) -> PurchaseOrderView:
    today = (await uow.purchase_orders.rules()).today
    return await done(uow, actor, sent(order, actor.user_id, MANUAL, today), "purchase_order_sent", channel=MANUAL)


async def _begin(uow: UnitOfWork, actor: Actor, order: PurchaseOrder, latest: OrderSending | None, channel: str) -> int:
    """Has the order sent: what may have arrived already under its old key, anything else as a sending of its own."""
    if latest and latest.is_repeated_by(channel):
        await uow.order_sendings.repeat(latest)
        return latest.number
    sending = OrderSending(order.id, latest.number + 1 if latest else 1, channel, actor.user_id)
    document = await uow.order_sendings.document(order.id, uow.now)
    await uow.order_sendings.add(NewSending(sending, replace(document, sending=sending.number)), uow.now)
    return sending.number


async def withdraw_sending(uow: UnitOfWork, order: PurchaseOrder) -> None:
    """Sends an order no more. Raises Conflict `purchase_order_being_sent` at the moment at which it is handed over."""
    await _withdraw(uow, await uow.order_sendings.latest(order.id))


async def _withdraw(uow: UnitOfWork, latest: OrderSending | None) -> None:
    require_at_rest(latest)
    if latest and latest.state is SendingState.WAITING:
        await uow.order_sendings.end(latest, SendingState.WITHDRAWN, uow.now)


async def send(uow: UnitOfWork, actor: Actor, command: tuple[UUID, SendOrder, int | None]) -> PurchaseOrderView:
    """`send_order` as a use case."""
    order_id, wish, version = command
    return await send_order(uow, actor, order_id, version, by_hand=wish.by_hand)
