"""Planning stock counts, changing one's mind, giving them up."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import given
from core.commands.stock_count_steps import Seen, done, opened, tell
from core.commands.transfers import Reference
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.order_request_draft import reason_faults, site_faults
from core.domain.stock_count import CountDeed, StockCount, Tolerance, cancelled, require_possible
from core.domain.stock_count_access import PLAN
from core.domain.stock_count_scope import AbcClass, CountScope, ScopeKind, scope_faults, size_faults
from core.domain.transfer_draft import KnownSite
from core.domain.values import amount_fault, level_fault
from core.ports.stock_counts import StockCountView
from core.ports.storage import UnitOfWork

Note = Annotated[str, Meta(max_length=4000)]


class ScopeWish(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is to be counted: each kind but `site` takes the field of its own."""

    kind: ScopeKind = ScopeKind.SITE
    category: UUID | None = None
    products: list[Reference] | None = None
    classes: list[AbcClass] | None = None
    size: int | None = None


class ToleranceWish(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Beyond any of these a difference is large; `percent` is of what the books say."""

    quantity: Decimal | None = None
    percent: Decimal | None = None
    value: Decimal | None = None


class PlanCount(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A count to come. Of a `blind` one, those who count do not see what the books say."""

    site: Reference
    scope: ScopeWish = msgspec.field(default_factory=ScopeWish)
    blind: bool = False
    tolerance: ToleranceWish = msgspec.field(default_factory=ToleranceWish)
    note: Note = ""


class ChangeCount(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What changes about a planned count; what is left out stays."""

    scope: ScopeWish | UnsetType = UNSET
    blind: bool | UnsetType = UNSET
    tolerance: ToleranceWish | UnsetType = UNSET
    note: Note | UnsetType = UNSET


class CountReason(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Why it is done."""

    reason: Note


async def plan_count(uow: UnitOfWork, actor: Actor, command: PlanCount) -> StockCountView:
    """Plans a count and fixes which lines it expects."""
    actor.require(PLAN)
    sites = await uow.transfers.sites([command.site])
    scope, products, faults = await _scope(uow, command.scope)
    found = [*_site_faults(actor, sites.get(command.site)), *faults, *_tolerance_faults(command.tolerance)]
    refuse_if(found, "invalid_count")
    site, tolerance = sites[command.site].site.id, _tolerance(command.tolerance)
    count = StockCount(site, scope, actor.user_id, command.blind, tolerance, command.note.strip())
    count = replace(count, number=await uow.stock_counts.add(count))
    await _plan_lines(uow, count, products)
    await tell(uow, "stock_count_planned", count)
    return await uow.stock_counts.view(actor, count.id)


async def change_count(uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeCount, int | None]) -> StockCountView:
    """Changes a planned count. With another scope its lines are fixed anew."""
    actor.require(PLAN)
    count_id, change, version = command
    changes = given(change)
    count = await opened(uow, actor, (count_id, version))
    require_possible(count, CountDeed.CHANGE)
    after, products = await _changed(uow, count, change)
    if change.scope is not UNSET:
        await _plan_lines(uow, after, products)
    return await done(uow, actor, after, "stock_count_changed", changed=sorted(changes))


async def _changed(uow: UnitOfWork, count: StockCount, change: ChangeCount) -> tuple[StockCount, Sequence[UUID]]:
    """The count with its changes, and the products that its scope names. Raises Invalid with everything that is wrong."""
    products: Sequence[UUID] = []
    faults: list[Fault] = []
    if change.scope is not UNSET:
        scope, products, faults = await _scope(uow, change.scope)
        count = replace(count, scope=scope)
    if change.tolerance is not UNSET:
        faults += _tolerance_faults(change.tolerance)
        count = replace(count, tolerance=_tolerance(change.tolerance))
    refuse_if(faults, "invalid_count")
    blind = count.blind if change.blind is UNSET else change.blind
    note = count.note if change.note is UNSET else change.note.strip()
    return replace(count, blind=blind, note=note), products


async def delete_count(uow: UnitOfWork, actor: Actor, command: Seen) -> None:
    """Takes back a count that is only planned."""
    actor.require(PLAN)
    count = await opened(uow, actor, command)
    require_possible(count, CountDeed.DELETE)
    await uow.stock_counts.delete(count)
    await tell(uow, "stock_count_deleted", count)


async def cancel_count(uow: UnitOfWork, actor: Actor, command: tuple[UUID, CountReason, int | None]) -> StockCountView:
    """Gives up a count, with a reason. What was counted stays to be read."""
    actor.require(PLAN)
    count_id, answer, version = command
    count = await opened(uow, actor, (count_id, version))
    after = cancelled(count, answer.reason.strip(), actor.user_id)
    refuse_if(list(reason_faults(answer.reason)), "invalid_count")
    return await done(uow, actor, after, "stock_count_cancelled", reason=after.reason)


async def _plan_lines(uow: UnitOfWork, count: StockCount, products: Sequence[UUID]) -> None:
    refuse_if(list(size_faults(await uow.stock_counts.plan_lines(count, products))), "invalid_count")


async def _scope(uow: UnitOfWork, wish: ScopeWish) -> tuple[CountScope, Sequence[UUID], list[Fault]]:
    """The scope, the products that it names, and everything that is wrong with it."""
    scope = CountScope(wish.kind, wish.category, tuple(wish.products or ()), tuple(wish.classes or ()), wish.size)
    faults = list(scope_faults(scope))
    products = [] if faults else await uow.stock_counts.named_products(scope.products)
    faults += [
        Fault(f"/scope/products/{index}", "not_found", "no product that holds stock has this id or SKU")
        for index, product in enumerate(products)
        if product is None
    ]
    if wish.category and not await uow.stock_counts.has_category(wish.category):
        faults.append(Fault("/scope/category", "not_found", "no category has this id"))
    return scope, [product for product in products if product], faults


def _site_faults(actor: Actor, site: KnownSite | None) -> Sequence[Fault]:
    return list(site_faults("/site", site, in_reach=site is None or actor.covers([site.site.id])))


def _tolerance(wish: ToleranceWish) -> Tolerance:
    return Tolerance(wish.quantity, wish.percent, wish.value)


def _tolerance_faults(wish: ToleranceWish) -> Sequence[Fault]:
    found = [
        None if wish.quantity is None else level_fault("/tolerance/quantity", wish.quantity),
        None if wish.percent is None else level_fault("/tolerance/percent", wish.percent),
        amount_fault("/tolerance/value", wish.value),
    ]
    return [fault for fault in found if fault]
