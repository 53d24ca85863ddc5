"""Taking in the items of a storefront, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from core.commands.channel_order_news import mark_items
from core.domain.access import Actor
from core.ports.storage import UnitOfWork
from core.ports.storefront import Item

EVERY = timedelta(days=1)
"""After that time all items are asked for again."""


@dataclass(frozen=True, slots=True)
class ImportedPage:
    """A page of an import, read under a lease. `cursor`: where to go on; None: that was the last one."""

    plugin_id: str
    token: UUID
    run: int
    cursor: str | None
    items: Sequence[Item] = field(repr=False)


async def import_page(uow: UnitOfWork, actor: Actor, page: ImportedPage) -> bool:
    """Keeps a page and ties its items to products; with the last one, what has not come is gone. Returns whether it took effect."""
    changed = await uow.channel_items.save_page(page.plugin_id, page.token, page.run, page.items, page.cursor)
    if changed is None:
        return False
    if changed:
        await mark_items(uow, page.plugin_id, changed)
    if page.cursor is None:
        counts = await uow.channel_items.finish_import(page.plugin_id, page.run, EVERY)
        data = {"plugin": page.plugin_id, "items": dict(counts)}
        await uow.events.append("storefront_imported", "company", actor.company, data)
    return True
