"""The steps that the transitions of a stock count share: open it, store it, tell it."""

from uuid import UUID

from core.commands.changes import require_version
from core.domain.access import Actor
from core.domain.errors import NotFound
from core.domain.stock_count import StockCount
from core.domain.stock_count_access import require_site, sees
from core.ports.stock_counts import StockCountView
from core.ports.storage import UnitOfWork

Seen = tuple[UUID, int | None]
"""A count, and the version of it that the caller has seen (None: any)."""


async def opened(uow: UnitOfWork, actor: Actor, command: Seen) -> StockCount:
    """The count, locked, if the actor may see it and works at its site."""
    count_id, version = command
    count = known(actor, await uow.stock_counts.locked(count_id))
    require_version(count.version, version)
    return count


def known(actor: Actor, count: StockCount | None) -> StockCount:
    """The count, if the actor may see it and works at its site."""
    if count is None or not sees(actor, count):
        raise NotFound("count_not_found", "no stock count has this id")
    require_site(actor, count)
    return count


async def done(uow: UnitOfWork, actor: Actor, count: StockCount, event: str, **more: object) -> StockCountView:
    """Stores what the count has become, tells it and shows it."""
    await uow.stock_counts.save(count)
    await tell(uow, event, count, **more)
    return await uow.stock_counts.view(actor, count.id)


async def tell(uow: UnitOfWork, event: str, count: StockCount, **more: object) -> None:
    """The count's event. It names no figures: others read it than those who may see them."""
    data = {
        "number": count.number,
        "state": count.state.value,
        "site": count.site,
        "scope": count.scope.kind.value,
        "round": count.round,
        **more,
    }
    await uow.events.append(event, "stock_count", count.id, data)
