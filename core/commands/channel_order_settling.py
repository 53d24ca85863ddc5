"""Ending what an order owes the books, by the word of a person."""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.channel_order_postings import sites_of
from core.commands.channel_orders import look
from core.domain.access import Actor
from core.domain.channel_order import is_owed, settled
from core.domain.errors import Conflict, Fault, Forbidden, NotFound, refuse_if
from core.ports.channel_orders import ChannelOrderView
from core.ports.storage import UnitOfWork

SETTLE = "channel_order:settle"


class SettleOrder(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why what is owed is not to be posted any more: a count has seen to it, say."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]


async def settle_order(uow: UnitOfWork, actor: Actor, command: tuple[UUID, SettleOrder]) -> ChannelOrderView:
    """Settles what left and what came back and is not posted: the ledger stays as it is."""
    actor.require(SETTLE)
    order_id, wish = command
    order = await uow.channel_orders.locked_by_id(order_id)
    sites = sites_of(order) if order else set()
    if order is None or not (actor.read_sites is None or any(actor.sees([site]) for site in sites)):
        raise NotFound("channel_order_not_found", "no order has this id")
    if not actor.covers(sites):
        raise Forbidden("site_out_of_reach", "this order is fulfilled outside the sites that you may write")
    reason = wish.reason.strip()
    refuse_if([] if reason else [Fault("/reason", "required", "say why")], "invalid_channel_order")
    if not is_owed(order):
        raise Conflict("nothing_owed", "all that left and came back is posted or settled")
    await look(uow, actor, order, settled(order), event="channel_order_settled", reason=reason)
    return await uow.channel_orders.view(order_id)
