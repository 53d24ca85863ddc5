"""What is new about orders of storefronts: noted here, looked at by the worker."""

from collections.abc import Collection

from core.ports.storage import UnitOfWork


async def mark_order(uow: UnitOfWork, plugin_id: str, order: str) -> None:
    """The storefront is to be asked for this order. However often that is noted before it is done, it is done once."""
    await uow.channel_orders.hint(plugin_id, order)


async def mark_items(uow: UnitOfWork, plugin_id: str, items: Collection[str]) -> None:
    """These items of the storefront have got another product, or none: the orders that wait for one are looked at again."""
    await uow.channel_orders.items_linked(plugin_id, items)


async def mark_channel(uow: UnitOfWork, plugin_id: str) -> None:
    """The sites of the storefront's locations have changed: its orders that wait for one are looked at again."""
    await uow.channel_orders.locations_mapped(plugin_id)
