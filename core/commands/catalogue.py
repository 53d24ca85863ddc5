"""Creating, changing and deleting products."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import Saved, given, refuse, require_version
from core.commands.product_parts import KitPart, NewBarcode, kit_components, pack_codes
from core.domain.access import Actor
from core.domain.errors import Conflict, Fault
from core.domain.product import Product, ProductKind, Tracking, changed_fields
from core.domain.text import tidy
from core.ports.storage import UnitOfWork


class CreateProduct(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A new product. `kind` is for good, `tracking` until stock has moved; stating a cost needs the permission to read it."""

    sku: Annotated[str, Meta(examples=["LAP-001"])]
    name: str
    description: str = ""
    kind: ProductKind = ProductKind.UNIT
    tracking: Tracking = Tracking.NONE
    unit: str = "unit"
    category: UUID | None = None
    price: Decimal = Decimal(0)
    cost: Decimal | None = None
    shelf_life_days: int | None = None
    active: bool = True
    barcodes: list[NewBarcode] = []
    components: list[KitPart] = []


class ChangeProduct(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes about a product; what is left out stays."""

    sku: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    tracking: Tracking | UnsetType = UNSET
    unit: str | UnsetType = UNSET
    category: UUID | UnsetType | None = UNSET
    price: Decimal | UnsetType = UNSET
    cost: Decimal | UnsetType = UNSET
    shelf_life_days: int | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET


async def create_product(uow: UnitOfWork, actor: Actor, command: CreateProduct) -> Saved:
    actor.require("product:write")
    if command.cost is not None:
        actor.require("cost:read")
    product = _with(Product(sku="", name=""), {**msgspec.structs.asdict(command), "cost": command.cost or Decimal(0)})
    components, faults = await kit_components(uow, product.kind, command.components)
    codes, code_faults, taken = await pack_codes(uow, command.barcodes)
    faults += [*product.faults(), *await _category_faults(uow, product.category_id), *code_faults]
    refuse(faults, [*await _sku_taken(uow, product), *taken], "invalid_product")
    await uow.catalogue.add_products([product])
    await uow.catalogue.set_components({product.id: components})
    await uow.catalogue.add_barcodes([(product.id, code) for code in codes])
    await uow.events.append("product_created", "product", product.id, {"sku": product.sku})
    return Saved(product.id, product.version)


async def change_product(uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeProduct, int | None]) -> Saved:
    """Changes a product whose version the caller may state. Deactivating, and the contrary, is for those who may delete."""
    product_id, change, known_version = command
    actor.require("product:write")
    changes = given(change)
    if "cost" in changes:
        actor.require("cost:read")
    before = await uow.catalogue.product(product_id, exclusively="tracking" in changes)
    require_version(before.version, known_version)
    after = _with(before, changes)
    if after.active != before.active:
        actor.require("product:delete")
    faults = [*after.faults(), *await _category_faults(uow, after.category_id)]
    conflicts = [*await _sku_taken(uow, after), *await _tracking_fixed(uow, before, after)]
    refuse(faults, conflicts, "invalid_product")
    changed = changed_fields(before, after)
    if not changed:
        return Saved(product_id, before.version)
    await uow.catalogue.change_products([after])
    await announce_change(uow, after, changed)
    return Saved(product_id, before.version + 1)


async def announce_change(uow: UnitOfWork, product: Product, changed: Sequence[str]) -> None:
    """Says that these fields of a product changed; that it was deactivated is an event of its own."""
    others = [name for name in changed if name != "active" or product.active]
    if len(others) < len(changed):
        await uow.events.append("product_deactivated", "product", product.id, {"sku": product.sku})
    if others:
        await uow.events.append("product_changed", "product", product.id, {"sku": product.sku, "changed": others})


async def delete_product(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None]) -> list[str]:
    """Deletes a product that nothing refers to. One with a history stays for ever and is deactivated instead.

    Answers with the digests of the files that it referred to.
    """
    product_id, known_version = command
    actor.require("product:delete")
    product = await uow.catalogue.product(product_id, exclusively=True)
    require_version(product.version, known_version)
    if await uow.catalogue.has_moved(product_id):
        raise Conflict("product_has_history", "the ledger names this product: deactivate it instead")
    if kits := await uow.catalogue.kits_with(product_id):
        raise Conflict("product_in_kit", f"it is a component of {', '.join(kits[:3])}", details={"kits": list(kits)})
    digests = [digest for image in await uow.catalogue.images(product_id) for digest in image.digests]
    await uow.catalogue.delete_product(product_id)
    await uow.events.append("product_deleted", "product", product_id, {"sku": product.sku})
    return digests


def _with(product: Product, changes: Mapping[str, Any]) -> Product:
    """The product with those of the changes that are fields of it, its texts tidied."""
    wanted = {"category_id" if name == "category" else name: value for name, value in changes.items()}
    own: dict[str, Any] = {one.name: wanted[one.name] for one in fields(Product) if one.name in wanted}
    texts = {name: tidy(value) for name, value in own.items() if type(value) is str}
    return replace(product, **{**own, **texts})


async def _category_faults(uow: UnitOfWork, category_id: UUID | None) -> list[Fault]:
    if category_id is None or category_id in {category.id for category in await uow.catalogue.categories()}:
        return []
    return [Fault("/category", "not_found", "no category has this id")]


async def _sku_taken(uow: UnitOfWork, product: Product) -> list[Fault]:
    holder = (await uow.catalogue.products_by_sku([product.sku])).get(product.sku)
    if holder is None or holder.id == product.id:
        return []
    return [Fault("/sku", "sku_taken", "another product has this SKU", {"product": str(holder.id)})]


async def _tracking_fixed(uow: UnitOfWork, before: Product, after: Product) -> list[Fault]:
    if before.tracking == after.tracking or not await uow.catalogue.has_moved(before.id):
        return []
    return [Fault("/tracking", "tracking_fixed", "tracking is fixed once stock has moved")]
