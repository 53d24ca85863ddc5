"""Handing in what was counted, having some of it counted again, and bringing what differs into the books."""

from typing import Literal
from uuid import UUID

import msgspec

from core.commands.stock_count_steps import done, opened
from core.commands.stock_counts import CountReason
from core.domain.access import Actor
from core.domain.errors import Conflict, Fault, refuse_if
from core.domain.order_request_draft import reason_faults
from core.domain.stock_count import StockCount, approved, posted, recounted, submitted
from core.domain.stock_count_access import ADJUST, APPROVE, COUNT, require_decider
from core.domain.stock_count_posting import adjustments
from core.ports.stock_counts import StockCountView
from core.ports.storage import UnitOfWork


class SubmitCount(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What becomes of lines that nobody counted: `zero`, there is nothing of it, or `keep`, they stay as the books say. A count
    whose every line was counted needs neither."""

    uncounted: Literal["zero", "keep"] | None = None


class RecountLines(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which lines are counted once more: these, by default all whose difference is large."""

    lines: list[UUID] | None = None


async def submit_count(uow: UnitOfWork, actor: Actor, command: tuple[UUID, SubmitCount, int | None]) -> StockCountView:
    """Hands a count in."""
    actor.require(COUNT)
    count_id, wish, version = command
    count = await opened(uow, actor, (count_id, version))
    after = submitted(count, actor.user_id)
    await _settle_open(uow, actor, count, wish.uncounted)
    return await done(uow, actor, after, "stock_count_submitted")


async def _settle_open(uow: UnitOfWork, actor: Actor, count: StockCount, uncounted: str | None) -> None:
    products = await uow.stock_counts.open_products(count)
    if not products:
        return
    if uncounted is None:
        detail = "some lines are not counted: count them, or say what becomes of them by `uncounted`"
        raise Conflict("count_incomplete", detail)
    if uncounted == "keep":
        await uow.stock_counts.keep_open(count)
        return
    await uow.stock_counts.lock_stock(count, products)
    await uow.stock_counts.count_open_as_zero(count, actor.user_id)


async def recount_lines(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, RecountLines, int | None]
) -> StockCountView:
    """Gives a count back for another round, of some lines. What was said of them stays as evidence."""
    actor.require(APPROVE)
    count_id, wish, version = command
    count = await opened(uow, actor, (count_id, version))
    after = recounted(count)
    lines = await uow.stock_counts.large_lines(count) if wish.lines is None else wish.lines
    found = set(await uow.stock_counts.reopen(after, lines))
    faults = [
        Fault(f"/lines/{index}", "not_found", "the count has no line of this id")
        for index, line in enumerate(wish.lines or ())
        if line not in found
    ]
    if not lines:
        faults.append(Fault("/lines", "nothing_to_recount", "no difference is large: name the lines"))
    refuse_if(faults, "invalid_count")
    return await done(uow, actor, after, "stock_count_recounted", lines=len(found))


async def approve_count(uow: UnitOfWork, actor: Actor, command: tuple[UUID, CountReason, int | None]) -> StockCountView:
    """Agrees to what was counted and posts what differs, all of it or nothing."""
    if not actor.may(ADJUST):
        actor.require(APPROVE)
    count_id, answer, version = command
    count = await opened(uow, actor, (count_id, version))
    after = approved(count, answer.reason.strip(), actor.user_id)
    refuse_if(list(reason_faults(answer.reason)), "invalid_count")
    differences = await uow.stock_counts.differences(count)
    require_decider(actor, is_large=any(one.is_large for one in differences))
    await uow.stock_counts.lock_stock(count, [one.product for one in differences])
    if faults := await uow.stock_counts.posting_faults(count):
        raise Conflict("count_not_postable", f"{len(faults)} lines cannot be posted", faults)
    postings = list(adjustments(after, differences))
    for posting in postings:
        await uow.ledger.post(actor, [posting])
    made = [posting.id for posting in postings]
    await uow.stock_counts.add_postings(count, made)
    return await done(uow, actor, posted(after), "stock_count_posted", postings=made)
