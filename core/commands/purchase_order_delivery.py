"""What becomes of an order when a try to hand it over has come back."""

from dataclasses import replace

from core.commands.purchase_order_steps import tell
from core.domain.access import Actor
from core.domain.order_sending import OrderSending, SendingState, TryOutcome
from core.domain.purchase_order import OrderDeed, PurchaseOrder, obstacle, sent
from core.ports.order_sendings import Tried
from core.ports.storage import UnitOfWork


async def record_try(uow: UnitOfWork, actor: Actor, tried: Tried) -> SendingState:
    """Notes the try and what follows. An acceptance counts whoever has the lease by now; a failure only while it is ours. Returns how
    the sending stands then."""
    order = await uow.purchase_orders.locked(tried.sending.order)
    sending = await uow.order_sendings.find(tried.sending.id)
    await uow.order_sendings.note(tried, uow.now)
    if order is None or sending.state is not SendingState.WAITING:
        return sending.state
    if tried.outcome is TryOutcome.ACCEPTED:
        return await _accepted(uow, order, sending, tried.reference)
    if sending.token != tried.sending.token:
        return SendingState.WAITING
    if tried.again_after is not None:
        await uow.order_sendings.put_back(tried)
        return SendingState.WAITING
    return await _given_up(uow, order, sending, tried)


async def _accepted(uow: UnitOfWork, order: PurchaseOrder, sending: OrderSending, reference: str) -> SendingState:
    await uow.order_sendings.end(sending, SendingState.ACCEPTED, uow.now)
    if obstacle(order, OrderDeed.SEND):
        return SendingState.ACCEPTED
    today = (await uow.purchase_orders.rules()).today
    after = sent(order, sending.requester, sending.channel, today)
    after = replace(after, supplier_reference=reference or order.supplier_reference)
    await uow.purchase_orders.save(after)
    await tell(uow, "purchase_order_sent", after, channel=sending.channel, sending=sending.number)
    return SendingState.ACCEPTED


async def _given_up(uow: UnitOfWork, order: PurchaseOrder, sending: OrderSending, tried: Tried) -> SendingState:
    state = SendingState.REFUSED if tried.outcome is TryOutcome.REFUSED else SendingState.UNANSWERED
    await uow.order_sendings.end(sending, state, uow.now, tried.problem)
    more = {"channel": sending.channel, "sending": sending.number, "problem": tried.problem}
    await tell(uow, "purchase_order_not_sent", order, may_have_arrived=state is SendingState.UNANSWERED, **more)
    return state
