"""Giving products that have no barcode one of our own."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.product_choice import matching_products, require_one_choice
from core.commands.product_parts import touch_products
from core.commands.stock import Reference
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.in_house_code import Prefix, in_house_code, number_of
from core.domain.product import PackCode
from core.ports.catalogue import ProductFilter
from core.ports.storage import UnitOfWork

MOST_PRODUCTS = 500


class AssignBarcodes(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Products by id or SKU, or all that a list filtered by `matching` shows. The codes begin with `prefix`, which GS1 leaves to shops; a company with scales that print codes of their
    own takes one that those do not use."""

    products: list[Reference] | None = None
    matching: ProductFilter | None = None
    prefix: Prefix = "20"


class AssignedBarcode(msgspec.Struct, frozen=True):
    product: UUID
    code: Annotated[str, Meta(examples=["2000000000015"])]


class AssignedBarcodes(msgspec.Struct, frozen=True):
    """What was given. Products that had a barcode already are not in it."""

    items: list[AssignedBarcode]


async def assign_barcodes(uow: UnitOfWork, actor: Actor, command: AssignBarcodes) -> AssignedBarcodes:
    """Gives each of the products that has no barcode the next free one."""
    actor.require("product:write")
    require_one_choice(command.products, command.matching, MOST_PRODUCTS)
    if command.matching is not None:
        chosen = [product.id for product in await matching_products(uow, actor, command.matching)]
    else:
        chosen = await _named(uow, [one.strip() for one in command.products or ()])
    last = await uow.catalogue.last_barcode(command.prefix)
    bare = await uow.catalogue.without_barcode(chosen)
    first = 0 if last is None else number_of(last) + 1
    codes = {product_id: in_house_code(command.prefix, first + place) for place, product_id in enumerate(bare)}
    await uow.catalogue.add_barcodes([(product_id, PackCode(code)) for product_id, code in codes.items()])
    await touch_products(uow, await uow.catalogue.products_by_id(list(codes)), "barcodes")
    return AssignedBarcodes([AssignedBarcode(product_id, code.code) for product_id, code in codes.items()])


async def _named(uow: UnitOfWork, references: Sequence[str]) -> list[UUID]:
    known = await uow.catalogue.referenced(references)
    faults = [
        Fault(f"/products/{index}", "not_found", "no product has this id or SKU")
        for index, one in enumerate(references)
        if one not in known
    ]
    refuse_if(faults, "invalid_products")
    return [product_id for product_id, _ in known.values()]
