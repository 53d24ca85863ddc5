"""What belongs to a product: the components of a kit, and barcodes."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.changes import Saved, refuse, require_version
from core.commands.product_choice import change_all
from core.commands.stock import Reference
from core.domain.access import Actor
from core.domain.barcode import BarcodeKind, lookup_key
from core.domain.errors import Conflict, Fault, refuse_if
from core.domain.product import (
    MOST_BARCODES,
    Component,
    PackCode,
    Product,
    ProductKind,
    component_faults,
    pack_code,
)
from core.ports.storage import UnitOfWork


class NewBarcode(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A barcode on a pack of `pack_quantity`. Without a kind, digits in the length of a GTIN are one."""

    code: Annotated[str, Meta(max_length=100, examples=["4006381333931"])]
    kind: BarcodeKind | None = None
    pack_quantity: Decimal = Decimal(1)


class KitPart(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """So many of a product (id or SKU) are in each kit."""

    product: Reference
    quantity: Decimal


class SetComponents(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All components of a kit."""

    components: list[KitPart]


async def set_components(uow: UnitOfWork, actor: Actor, command: tuple[UUID, SetComponents, int | None]) -> Saved:
    """Replaces the components of a kit; what was sold before keeps the components of its time."""
    product_id, wanted, known_version = command
    actor.require("product:write")
    product = await uow.catalogue.product(product_id)
    require_version(product.version, known_version)
    if product.kind is not ProductKind.KIT:
        raise Conflict("not_a_kit", "only a kit has components")
    components, faults = await kit_components(uow, product.kind, wanted.components)
    refuse_if(faults, "invalid_components")
    await uow.catalogue.set_components({product_id: components})
    return await touch_product(uow, product, "components")


async def add_barcode(uow: UnitOfWork, actor: Actor, command: tuple[UUID, NewBarcode]) -> Saved:
    """Gives a product one more barcode."""
    product_id, wanted = command
    actor.require("product:write")
    product = await uow.catalogue.product(product_id)
    codes, faults, taken = await pack_codes(uow, [wanted])
    own = [replace(one, pointer=one.pointer.removeprefix("/barcodes/0")) for one in faults]
    refuse(own, [replace(one, pointer="/code") for one in taken], "invalid_barcode")
    await uow.catalogue.add_barcodes([(product_id, code) for code in codes])
    return await touch_product(uow, product, "barcodes")


async def delete_barcode(uow: UnitOfWork, actor: Actor, command: tuple[UUID, str, int | None]) -> None:
    """Takes a barcode, in any of its written forms, from a product."""
    product_id, code, known_version = command
    actor.require("product:write")
    product = await uow.catalogue.product(product_id)
    require_version(product.version, known_version)
    await uow.catalogue.delete_barcode(product_id, lookup_key(code.strip()))
    await touch_product(uow, product, "barcodes")


async def kit_components(
    uow: UnitOfWork, kind: ProductKind, parts: Sequence[KitPart]
) -> tuple[list[Component], list[Fault]]:
    if parts and kind is not ProductKind.KIT:
        return [], [Fault("/components", "not_allowed", "only a kit has components")]
    known = await uow.catalogue.referenced([part.product for part in parts])
    faults: list[Fault] = []
    for index, part in enumerate(parts):
        if part.product not in known:
            faults.append(Fault(f"/components/{index}/product", "not_found", "no product has this id or SKU"))
        elif known[part.product][1] is not ProductKind.UNIT:
            faults.append(Fault(f"/components/{index}/product", "kit", "a component must not be a kit"))
    ids = [known[part.product][0] for part in parts if part.product in known]
    faults += component_faults("/components", [part.quantity for part in parts], ids)
    return [] if faults else [Component(*pair) for pair in zip(ids, (p.quantity for p in parts), strict=True)], faults


async def pack_codes(uow: UnitOfWork, wanted: Sequence[NewBarcode]) -> tuple[list[PackCode], list[Fault], list[Fault]]:
    """The barcodes, what is wrong with them, and which of them are taken."""
    codes: list[PackCode] = []
    faults: list[Fault] = []
    taken: list[Fault] = []
    if len(wanted) > MOST_BARCODES:
        faults.append(Fault("/barcodes", "too_many", f"must be at most {MOST_BARCODES}"))
    owners = await uow.catalogue.barcode_owners([lookup_key(one.code.strip()) for one in wanted])
    for index, one in enumerate(wanted):
        code, found = pack_code(f"/barcodes/{index}", one.code, one.kind, one.pack_quantity)
        faults += found
        if code and code.barcode.key in owners:
            taken.append(Fault(f"/barcodes/{index}/code", "barcode_taken", "a product has this barcode"))
        elif code and code.barcode.key in {other.barcode.key for other in codes}:
            faults.append(Fault(f"/barcodes/{index}/code", "repeated", "must name each barcode once"))
        elif code:
            codes.append(code)
    return codes, faults, taken


async def touch_product(uow: UnitOfWork, product: Product, part: str) -> Saved:
    """The product's next version, after a change of what belongs to it."""
    await touch_products(uow, [product], part)
    return Saved(product.id, product.version + 1)


async def touch_products(uow: UnitOfWork, products: Sequence[Product], part: str) -> None:
    """The next version of each, after the same kind of change."""
    await change_all(uow, products)
    for product in products:
        await uow.events.append("product_changed", "product", product.id, {"sku": product.sku, "changed": [part]})
