"""The steps that the transitions of an order request share: open it, store it, tell it; and what a transfer or an order brings it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from core.commands.changes import require_version
from core.domain.access import Actor
from core.domain.errors import DomainError, Fault, NotFound
from core.domain.order_request import ZERO, OrderRequest, RequestDeed, arrived, obstacle
from core.domain.order_request_access import require_site, sees
from core.domain.purchase_order import PurchaseOrder
from core.domain.transfer import Transfer
from core.domain.values import normal
from core.ports.order_requests import OrderRequestView
from core.ports.storage import UnitOfWork

Seen = tuple[UUID, int | None]
"""A request, and the version of it that the caller has seen (None: any)."""

_LINE = re.compile(r"(?:/postings/0)?/lines/(\d+)")


async def opened(uow: UnitOfWork, actor: Actor, command: Seen, permission: str) -> OrderRequest:
    """The request, locked, if the actor may see it and has the permission for what comes next."""
    actor.require(permission)
    request_id, version = command
    request = await uow.order_requests.locked(request_id)
    if request is None or not sees(actor, request):
        raise NotFound("request_not_found", "no request has this id")
    require_version(request.version, version)
    return request


async def opened_at_site(uow: UnitOfWork, actor: Actor, command: Seen, permission: str) -> OrderRequest:
    """As `opened`, for deeds of people of the request's site."""
    request = await opened(uow, actor, command, permission)
    require_site(actor, request)
    return request


async def done(uow: UnitOfWork, request: OrderRequest, event: str, **more: object) -> OrderRequestView:
    """Stores what the request has become, tells it and shows it."""
    await uow.order_requests.save(request)
    await tell(uow, event, request, **more)
    return await uow.order_requests.view(request.id)


async def tell(uow: UnitOfWork, event: str, request: OrderRequest, **more: object) -> None:
    """The request's event: what it is now and, of each line, what it asks for, got and will not get."""
    lines = [
        {
            "line": line.number,
            "product": line.product,
            "quantity": normal(line.quantity),
            "granted": None if line.granted is None else normal(line.granted),
            "fulfilled": normal(line.fulfilled),
            "closed": normal(line.closed),
        }
        for line in request.lines
    ]
    data = {
        "number": request.number,
        "kind": request.kind.value,
        "state": request.state.value,
        "site": request.site,
        "requested_by": request.requester,
        "lines": lines,
        **more,
    }
    await uow.events.append(event, "request", request.id, data)


async def goods_arrived(uow: UnitOfWork, transfer: Transfer) -> None:
    """Fulfils the request behind a transfer, if there is one, with what the transfer has brought so far."""
    request = await uow.order_requests.locked_by_transfer(transfer.id)
    received = ((line.product, line.received) for line in transfer.lines)
    await _brought(uow, request, received, transfer=transfer.id)


async def purchase_arrived(uow: UnitOfWork, order: PurchaseOrder) -> None:
    """Fulfils the request behind a purchase order, if there is one, with what has come of the order so far."""
    request = await uow.order_requests.locked_by_order(order.id)
    received = ((line.product, line.arrived) for line in order.lines)
    await _brought(uow, request, received, purchase_order=order.id)


async def _brought(
    uow: UnitOfWork, request: OrderRequest | None, received: Iterable[tuple[UUID, Decimal]], **by: object
) -> None:
    if request is None or obstacle(request, RequestDeed.RECEIVE):
        return
    in_all: dict[UUID, Decimal] = {}
    for product, quantity in received:
        in_all[product] = in_all.get(product, ZERO) + quantity
    after = arrived(request, in_all)
    if after != request:
        await uow.order_requests.save(after)
        await tell(uow, "request_fulfilled", after, **by)


@contextmanager
def faults_at_lines(numbers: Sequence[int], named: Sequence[int]) -> Iterator[None]:
    """Puts faults that are found further in at the lines of the caller's body. `numbers` are the request's lines behind what
    is passed on, in order; `named` those that the body names, in order (none: the body is silent, so the request's own)."""
    try:
        yield
    except DomainError as error:
        error.faults = tuple(_at_line(fault, numbers, named) for fault in error.faults)
        raise


def _at_line(fault: Fault, numbers: Sequence[int], named: Sequence[int]) -> Fault:
    found = _LINE.match(fault.pointer)
    if found is None:
        return replace(fault, pointer=fault.pointer.removeprefix("/postings/0"))
    number = numbers[int(found[1])]
    index = named.index(number) if number in named else number - 1
    return replace(fault, pointer=f"/lines/{index}{fault.pointer[found.end() :]}")
