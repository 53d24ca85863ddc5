"""Asking for goods, changing one's mind, taking it back."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import given
from core.commands.order_request_steps import Seen, done, opened, tell
from core.commands.transfers import Reference
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.order_request import OrderRequest, RequestDeed, RequestKind, require_possible
from core.domain.order_request_access import CREATE, require_requester
from core.domain.order_request_draft import WantedProduct, line_faults, numbered, reason_faults, site_faults
from core.domain.transfer_draft import KnownSite
from core.ports.order_requests import OrderRequestView
from core.ports.storage import UnitOfWork

Reason = Annotated[str, Meta(max_length=4000)]


class RequestedLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How much of which product is asked for."""

    product: Reference
    quantity: Decimal


class CreateRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is asked for and why. `site` is the one that needs the goods or, of a customer order, that sells them."""

    kind: RequestKind
    site: Reference
    lines: list[RequestedLine]
    reason: Reason
    needed_on: dt.date | None = None


class ChangeRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What changes about a pending request; what is left out stays. `lines` replaces all of them."""

    site: Reference | UnsetType = UNSET
    lines: list[RequestedLine] | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET
    needed_on: dt.date | UnsetType | None = UNSET


class GiveReason(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why it is done."""

    reason: Reason


async def create_request(uow: UnitOfWork, actor: Actor, command: CreateRequest) -> OrderRequestView:
    """Asks for goods."""
    actor.require(CREATE)
    sites = await uow.transfers.sites([command.site])
    lines = await _wanted(uow, command.lines)
    faults = [
        *_site_faults(actor, sites.get(command.site)),
        *line_faults(command.kind, lines),
        *reason_faults(command.reason),
    ]
    refuse_if(faults, "invalid_request")
    site = sites[command.site].site.id
    reason = command.reason.strip()
    request = OrderRequest(command.kind, site, actor.user_id, reason, numbered(lines), command.needed_on)
    number = await uow.order_requests.add(request)
    await tell(uow, "request_created", replace(request, number=number))
    return await uow.order_requests.view(request.id)


async def change_request(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeRequest, int | None]
) -> OrderRequestView:
    """Changes a pending request. For who made it."""
    request_id, change, version = command
    changes = given(change)
    request = await opened(uow, actor, (request_id, version), CREATE)
    require_requester(actor, request)
    require_possible(request, RequestDeed.CHANGE)
    after = await _changed(uow, actor, request, change)
    if "lines" in changes:
        await uow.order_requests.replace_lines(after)
    return await done(uow, after, "request_changed", changed=sorted(changes))


async def _changed(uow: UnitOfWork, actor: Actor, request: OrderRequest, change: ChangeRequest) -> OrderRequest:
    """The request with its changes. Raises Invalid with everything that is wrong with them."""
    faults: list[Fault] = []
    if change.site is not UNSET:
        site = (await uow.transfers.sites([change.site])).get(change.site)
        faults += _site_faults(actor, site)
        request = replace(request, site=site.site.id if site else request.site)
    if change.lines is not UNSET:
        lines = await _wanted(uow, change.lines)
        faults += line_faults(request.kind, lines)
        request = replace(request, lines=numbered(lines))
    if change.reason is not UNSET:
        faults += reason_faults(change.reason)
        request = replace(request, reason=change.reason.strip())
    refuse_if(faults, "invalid_request")
    return request if change.needed_on is UNSET else replace(request, needed_on=change.needed_on)


async def delete_request(uow: UnitOfWork, actor: Actor, command: Seen) -> None:
    """Takes back a pending request. For who made it."""
    request = await opened(uow, actor, command, CREATE)
    require_requester(actor, request)
    require_possible(request, RequestDeed.DELETE)
    await uow.order_requests.delete(request)
    await tell(uow, "request_deleted", request)


async def _wanted(uow: UnitOfWork, lines: Sequence[RequestedLine]) -> Sequence[WantedProduct]:
    products = await uow.order_requests.products([line.product for line in lines])
    return [WantedProduct(line.quantity, product) for line, product in zip(lines, products, strict=True)]


def _site_faults(actor: Actor, site: KnownSite | None) -> Sequence[Fault]:
    return list(site_faults("/site", site, in_reach=site is None or actor.covers([site.site.id])))
