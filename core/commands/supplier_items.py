"""What suppliers sell: their own numbers, prices by quantity, packs, lead times, and from when to when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import given, require_version
from core.commands.stock import Reference, ShortText
from core.commands.suppliers import opened_supplier
from core.domain.access import Actor
from core.domain.errors import Fault, NotFound, refuse_if
from core.domain.ids import new_id
from core.domain.known_product import KnownProduct
from core.domain.product import ProductKind
from core.domain.supplier import PriceBreak, SupplierItem
from core.domain.text import tidy
from core.ports.storage import UnitOfWork
from core.ports.suppliers import SupplierItemView

Days = Annotated[int, Meta(ge=0, le=3650)]


class PriceBreakFields(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """From this quantity on, a unit costs so much in the supplier's currency."""

    from_quantity: Decimal
    unit_price: Decimal


class AddItem(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A product that a supplier sells. Quantities are in the product's unit; `valid_from` and `valid_to` are both included."""

    product: Reference
    supplier_sku: ShortText = ""
    price_breaks: list[PriceBreakFields] = []
    minimum_order_quantity: Decimal | None = None
    order_multiple: Decimal | None = None
    lead_time_days: Days | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class ChangeItem(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What changes about it; what is left out stays. `price_breaks` replaces all of them."""

    supplier_sku: ShortText | UnsetType = UNSET
    price_breaks: list[PriceBreakFields] | UnsetType = UNSET
    minimum_order_quantity: Decimal | UnsetType | None = UNSET
    order_multiple: Decimal | UnsetType | None = UNSET
    lead_time_days: Days | UnsetType | None = UNSET
    valid_from: dt.date | UnsetType | None = UNSET
    valid_to: dt.date | UnsetType | None = UNSET


async def add_item(uow: UnitOfWork, actor: Actor, command: tuple[UUID, AddItem]) -> SupplierItemView:
    """Adds what a supplier sells."""
    supplier_id, wanted = command
    supplier = await opened_supplier(uow, actor, (supplier_id, None))
    product = await uow.suppliers.product(wanted.product)
    fields = {name: getattr(wanted, name) for name in wanted.__struct_fields__ if name != "product"}
    item = _with(SupplierItem(supplier.id, product.id if product else new_id()), fields)
    refuse_if([*_product_faults(product), *item.faults()], "invalid_item")
    await uow.suppliers.add_item(item)
    return await _told(uow, actor, "supplier_item_added", item)


async def change_item(
    uow: UnitOfWork, actor: Actor, command: tuple[UUID, UUID, ChangeItem, int | None]
) -> SupplierItemView:
    """Changes what a supplier sells. Orders keep the prices that they were made with."""
    supplier_id, item_id, change, version = command
    changes = given(change)
    item = _with(await _opened(uow, actor, (supplier_id, item_id, version)), changes)
    refuse_if(list(item.faults()), "invalid_item")
    await uow.suppliers.save_item(item)
    return await _told(uow, actor, "supplier_item_changed", item, changed=sorted(changes))


async def remove_item(uow: UnitOfWork, actor: Actor, command: tuple[UUID, UUID, int | None]) -> None:
    """Forgets what was never ordered; anything else can be given a last day."""
    item = await _opened(uow, actor, command)
    await uow.suppliers.delete_item(item)
    await _tell(uow, "supplier_item_removed", item)


async def _opened(uow: UnitOfWork, actor: Actor, command: tuple[UUID, UUID, int | None]) -> SupplierItem:
    supplier_id, item_id, version = command
    supplier = await opened_supplier(uow, actor, (supplier_id, None))
    item = await uow.suppliers.item(supplier.id, item_id)
    if item is None:
        raise NotFound("supplier_item_not_found", "this supplier has no item of this id")
    require_version(item.version, version)
    return item


def _product_faults(product: KnownProduct | None) -> Sequence[Fault]:
    if product is None:
        return [Fault("/product", "not_found", "no product has this id or SKU")]
    if product.kind is ProductKind.KIT:
        return [Fault("/product", "kit", "a kit holds no stock of its own: its components are bought")]
    return []


def _with(item: SupplierItem, fields: Mapping[str, Any]) -> SupplierItem:
    found: dict[str, Any] = {name: tidy(value) if isinstance(value, str) else value for name, value in fields.items()}
    if "price_breaks" in fields:
        found["price_breaks"] = tuple(PriceBreak(one.from_quantity, one.unit_price) for one in fields["price_breaks"])
    return replace(item, **found)


async def _told(uow: UnitOfWork, actor: Actor, event: str, item: SupplierItem, **more: object) -> SupplierItemView:
    await _tell(uow, event, item, **more)
    return await uow.suppliers.item_view(item.id, costs=actor.may("cost:read"))


async def _tell(uow: UnitOfWork, event: str, item: SupplierItem, **more: object) -> None:
    data = {"item": item.id, "product": item.product, "supplier_sku": item.supplier_sku, **more}
    await uow.events.append(event, "supplier", item.supplier, data)
