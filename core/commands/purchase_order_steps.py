"""The steps that the transitions of a purchase order share: open it, store it, tell it, show it."""

from uuid import UUID

from core.commands.changes import require_version
from core.domain.access import Actor
from core.domain.errors import Forbidden, NotFound
from core.domain.purchase_order import PurchaseOrder
from core.domain.values import normal
from core.ports.purchase_orders import PurchaseOrderView
from core.ports.storage import UnitOfWork

Seen = tuple[UUID, int | None]
"""An order, and the version of it that the caller has seen (None: any)."""

WRITE, APPROVE, RECEIVE = "purchase:write", "purchase:approve", "purchase:receive"


async def opened(uow: UnitOfWork, actor: Actor, command: Seen, permission: str) -> PurchaseOrder:
    """The order, locked, for somebody of its site with the permission for what comes next."""
    actor.require(permission)
    order_id, version = command
    order = await uow.purchase_orders.locked(order_id)
    if order is None or not actor.sees([order.site]):
        raise NotFound("purchase_order_not_found", "no purchase order has this id")
    if not actor.covers([order.site]):
        raise Forbidden("site_out_of_reach", "this is done by somebody of the site that the order is for")
    require_version(order.version, version)
    return order


async def done(uow: UnitOfWork, actor: Actor, order: PurchaseOrder, event: str, **more: object) -> PurchaseOrderView:
    """Stores what the order has become, tells it and shows it."""
    await uow.purchase_orders.save(order)
    await tell(uow, event, order, **more)
    return await shown(uow, actor, order.id)


async def shown(uow: UnitOfWork, actor: Actor, order_id: UUID) -> PurchaseOrderView:
    """The order as this actor may see it."""
    return await uow.purchase_orders.view(order_id, costs=actor.may("cost:read"))


async def tell(uow: UnitOfWork, event: str, order: PurchaseOrder, **more: object) -> None:
    """The order's event: what it is now and what became of each line. Costs are never told."""
    lines = [
        {
            "line": line.number,
            "product": line.product,
            "quantity": normal(line.quantity),
            "received": normal(line.received),
            "over_received": normal(line.over_received),
            "cancelled": normal(line.cancelled),
            "open": normal(line.open),
            "expected_on": line.expected_on,
            "promised_on": line.promised_on,
        }
        for line in order.lines
    ]
    data = {
        "number": order.number,
        "state": order.state.value,
        "supplier": order.supplier,
        "site": order.site,
        "submitted_by": order.submitter,
        "lines": lines,
        **more,
    }
    await uow.events.append(event, "purchase_order", order.id, data)
