"""The addresses to which a company sends nothing more, because mail came back or was not wanted."""

from uuid import UUID

from dishka import FromDishka
from dishka.integrations.litestar import DishkaRouter
from litestar import delete, get
from litestar.params import FromPath

from apps.http.parameters import Cursor, Limit
from apps.http.rules import needs
from core.domain.access import Actor
from core.ports.mail_reports import BlockedAddresses
from core.queries.blocked_addresses import BlockedAddressReader, BlockedAddressView
from core.queries.paging import DEFAULT_LIMIT, Page


@get("/blocked-addresses", opt=needs("plugin:read"))
async def list_blocked_addresses(
    actor: FromDishka[Actor],
    addresses: FromDishka[BlockedAddressReader],
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[BlockedAddressView]:
    """Those of members and suppliers, the latest first, each with what the carrier of the mails reported."""
    return await addresses.blocked(actor, limit, cursor)


@delete("/blocked-addresses/{block_id:uuid}", opt=needs("plugin:write"))
async def lift_block(
    block_id: FromPath[UUID], actor: FromDishka[Actor], addresses: FromDishka[BlockedAddresses]
) -> None:
    """Sends to the address again. What was not sent meanwhile stays unsent."""
    await addresses.lift(actor, block_id)


@delete("/me/mail-block", opt=needs("profile:write"))
async def lift_own_block(actor: FromDishka[Actor], addresses: FromDishka[BlockedAddresses]) -> None:
    """Has the company send to one's own address again."""
    await addresses.lift_own(actor)


router = DishkaRouter("/", route_handlers=[list_blocked_addresses, lift_block, lift_own_block], tags=["notifications"])
