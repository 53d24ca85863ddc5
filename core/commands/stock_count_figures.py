"""Counting: what people find, said by several at once."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import msgspec

from core.commands.stock import Instant, ShortText
from core.commands.stock_count_steps import known, tell
from core.commands.transfers import Reference
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.stock_count import StockCount, counting
from core.domain.stock_count_access import COUNT
from core.domain.stock_count_figures import CountMode, Figure, Saying, figure_faults, figures_of
from core.ports.stock_counts import CountLineView
from core.ports.storage import UnitOfWork


class CountedLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How much of a product (id, SKU or barcode; that of a pack counts for its units) somebody found, in a place of the site, by
    default its own. `set` is how much there is, `add` how much more was found. `counted_at` is when it was counted, where
    it is recorded later."""

    product: Reference
    quantity: Decimal
    mode: Literal["set", "add"] = "set"
    lot: ShortText | None = None
    location: Reference | None = None
    counted_at: Instant | None = None


class RecordFigures(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What was counted."""

    lines: list[CountedLine]


class FiguresRecorded(msgspec.Struct, frozen=True):
    """The lines that a request spoke of, as they stand."""

    lines: list[CountLineView]


async def record_figures(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, RecordFigures, datetime]
) -> FiguresRecorded:
    """Stores what was counted, each figure with what the books said at that moment. The first begins the count."""
    actor.require(COUNT)
    count_id, said, now = command
    count = await _under_way(uow, actor, count_id)
    sayings = await _sayings(uow, count, said.lines)
    refuse_if(list(figure_faults(count, now, sayings)), "invalid_count")
    figures = figures_of(sayings)
    await uow.stock_counts.lock_stock(count, [figure.product for figure in figures])
    refuse_if(await _closed_faults(uow, count, figures, sayings), "invalid_count")
    lines = await uow.stock_counts.record(count, figures, actor.user_id)
    return FiguresRecorded(await uow.stock_counts.lines_view(actor, count, lines))


async def _under_way(uow: UnitOfWork, actor: Actor, count_id: UUID) -> StockCount:
    """The count, to which others may add as well. Whoever is first begins it, alone."""
    begun = await uow.stock_counts.shared(count_id)
    count = known(actor, begun or await uow.stock_counts.locked(count_id))
    after = counting(count)
    if after != count:
        await uow.stock_counts.save(after)
        await tell(uow, "stock_count_started", after)
    return after


async def _sayings(uow: UnitOfWork, count: StockCount, lines: Sequence[CountedLine]) -> Sequence[Saying]:
    goods = await uow.stock_counts.goods(count, [(line.product, line.location) for line in lines])
    return [
        Saying(line.quantity, CountMode(line.mode), line.lot, line.counted_at, named)
        for line, named in zip(lines, goods, strict=True)
    ]


async def _closed_faults(
    uow: UnitOfWork, count: StockCount, figures: Sequence[Figure], sayings: Sequence[Saying]
) -> Sequence[Fault]:
    """Faults at the lines of the body whose keys are not part of a recount."""
    closed = await uow.stock_counts.closed_keys(count, figures)
    return [
        Fault(f"/lines/{index}", "not_open", "this line is not counted again")
        for index, saying in enumerate(sayings)
        if any(figure.key in closed for figure in figures_of([saying]))
    ]
