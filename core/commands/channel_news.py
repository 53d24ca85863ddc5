"""What a storefront says by webhook. It is a hint, whatever it says: what it is about is marked, and asked after by the worker."""

from collections.abc import Sequence

from core.commands.channel_order_news import mark_order
from core.ports.channel_items import LevelHint
from core.ports.incoming import Fact, ItemsChanged, LevelChanged, OrderChanged
from core.ports.storage import UnitOfWork


async def channel_news(uow: UnitOfWork, plugin_id: str, facts: Sequence[Fact]) -> None:
    """Marks the orders, levels and items that facts speak of. What is no news of a storefront is left to others."""
    for order in dict.fromkeys(fact.order for fact in facts if isinstance(fact, OrderChanged)):
        await mark_order(uow, plugin_id, order)
    if hints := [LevelHint(fact.item, fact.location) for fact in facts if isinstance(fact, LevelChanged)]:
        await uow.channel_items.want_reading(plugin_id, hints)
    if any(isinstance(fact, ItemsChanged) for fact in facts):
        await uow.channel_items.want_import(plugin_id, at_once=False)
