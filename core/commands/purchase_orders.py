"""Drafts of purchase orders: made, changed, thrown away."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from core.commands.changes import given
from core.commands.purchase_order_steps import WRITE, Seen, done, opened, shown, tell
from core.commands.stock import LongText, Reference
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.ids import new_id
from core.domain.order_request_draft import site_faults
from core.domain.purchase_order import OrderDeed, PurchaseOrder, require_possible
from core.domain.purchase_order_draft import (
    ONE,
    WantedGoods,
    exchange_faults,
    line_faults,
    numbered,
    supplier_faults,
)
from core.domain.supplier import Supplier
from core.domain.text import tidy
from core.domain.transfer_draft import KnownSite
from core.domain.values import percent_fault
from core.ports.purchase_orders import PurchaseOrderView, PurchasingRules
from core.ports.storage import UnitOfWork


class OrderedLine(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """How much of what is ordered: of an `item` of the supplier or of a `product`. Without a price the supplier's own is taken, of the
    day on which the order is made and for this quantity; `unit_price` is in the supplier's currency."""

    item: UUID | None = None
    product: Reference | None = None
    quantity: Decimal
    unit_price: Decimal | None = None
    expected_on: dt.date | None = None


class CreateOrder(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is to be bought of whom, for which site. `exchange_rate` is how much of the company's currency one unit of the supplier's
    is worth; `over_receipt_tolerance` is in percent of a line, without it the company's."""

    supplier: Reference
    site: Reference
    lines: list[OrderedLine]
    exchange_rate: Decimal | None = None
    over_receipt_tolerance: Decimal | None = None
    note: LongText = ""


class ChangeOrder(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What changes about a draft; what is left out stays. `lines` replaces all of them, priced as of today."""

    site: Reference | UnsetType = UNSET
    lines: list[OrderedLine] | UnsetType = UNSET
    exchange_rate: Decimal | UnsetType = UNSET
    over_receipt_tolerance: Decimal | UnsetType = UNSET
    note: LongText | UnsetType = UNSET


async def create_order(uow: UnitOfWork, actor: Actor, command: CreateOrder) -> PurchaseOrderView:
    """Makes a draft."""
    actor.require(WRITE)
    supplier = await uow.suppliers.named(command.supplier)
    desk = _Desk(uow, actor, supplier, await uow.purchase_orders.rules())
    blank = _blank(actor, supplier, desk.rules, command.exchange_rate)
    faults = [*supplier_faults("/supplier", supplier), *desk.rate_faults(command.exchange_rate)]
    tolerance = UNSET if command.over_receipt_tolerance is None else command.over_receipt_tolerance
    wish = ChangeOrder(site=command.site, lines=command.lines, over_receipt_tolerance=tolerance, note=command.note)
    order = await desk.changed(blank, wish, faults)
    number = await uow.purchase_orders.add(order)
    await tell(uow, "purchase_order_created", replace(order, number=number))
    return await shown(uow, actor, order.id)


async def change_order(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeOrder, int | None]
) -> PurchaseOrderView:
    """Changes a draft."""
    order_id, change, version = command
    changes = given(change)
    order = await opened(uow, actor, (order_id, version), WRITE)
    require_possible(order, OrderDeed.CHANGE)
    supplier = await uow.suppliers.named(str(order.supplier))
    desk = _Desk(uow, actor, supplier, await uow.purchase_orders.rules())
    rate = order.exchange_rate if change.exchange_rate is UNSET else change.exchange_rate
    faults = [] if change.exchange_rate is UNSET else desk.rate_faults(rate)
    after = await desk.changed(replace(order, exchange_rate=rate), change, faults)
    if "lines" in changes:
        await uow.purchase_orders.replace_lines(after)
    return await done(uow, actor, after, "purchase_order_changed", changed=sorted(changes))


async def delete_order(uow: UnitOfWork, actor: Actor, command: Seen) -> None:
    """Throws a draft away."""
    order = await opened(uow, actor, command, WRITE)
    require_possible(order, OrderDeed.DELETE)
    await uow.purchase_orders.delete(order)
    await tell(uow, "purchase_order_deleted", order)


def _blank(actor: Actor, supplier: Supplier | None, rules: PurchasingRules, rate: Decimal | None) -> PurchaseOrder:
    seller, currency = (supplier.id, supplier.currency) if supplier else (new_id(), rules.currency)
    value = ONE if rate is None else rate
    return PurchaseOrder(seller, new_id(), currency, (), actor.user_id, exchange_rate=value, tolerance=rules.tolerance)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where a draft is judged: by whom, of which supplier, under which rules."""

    uow: UnitOfWork
    actor: Actor
    supplier: Supplier | None
    rules: PurchasingRules

    def rate_faults(self, rate: Decimal | None) -> list[Fault]:
        return list(exchange_faults(self.supplier, self.rules.currency, rate))

    async def changed(self, order: PurchaseOrder, wish: ChangeOrder, faults: list[Fault]) -> PurchaseOrder:
        """The order with what is wished for. Raises Invalid with these faults and every one of its own."""
        found = list(faults)
        if wish.site is not UNSET:
            site = (await self.uow.transfers.sites([wish.site])).get(wish.site)
            found += self._site_faults(site)
            order = replace(order, site=site.site.id if site else order.site)
        if wish.over_receipt_tolerance is not UNSET:
            fault = percent_fault("/over_receipt_tolerance", wish.over_receipt_tolerance)
            found += [fault] if fault else []
            order = replace(order, tolerance=wish.over_receipt_tolerance)
        if wish.lines is UNSET:
            refuse_if(found, "invalid_purchase_order")
        else:
            lines = await self._wanted(wish.lines)
            found += [*_naming_faults(wish.lines), *line_faults(lines, self.rules.today)]
            refuse_if(found, "invalid_purchase_order")
            order = replace(order, lines=numbered(lines))
        return order if wish.note is UNSET else replace(order, note=tidy(wish.note))

    def _site_faults(self, site: KnownSite | None) -> Sequence[Fault]:
        return list(site_faults("/site", site, in_reach=site is None or self.actor.covers([site.site.id])))

    async def _wanted(self, lines: Sequence[OrderedLine]) -> Sequence[WantedGoods]:
        seller = self.supplier.id if self.supplier else None
        references = [(line.item, line.product) for line in lines]
        goods = await self.uow.purchase_orders.goods(seller, references, self.rules.today)
        return [
            WantedGoods(line.item is not None, found, line.quantity, line.unit_price, line.expected_on)
            for line, found in zip(lines, goods, strict=True)
        ]


def _naming_faults(lines: Sequence[OrderedLine]) -> Sequence[Fault]:
    detail = "name it by the supplier's item, not by both"
    return [
        Fault(f"/lines/{index}/product", "ambiguous", detail)
        for index, line in enumerate(lines)
        if line.item is not None and line.product is not None
    ]
