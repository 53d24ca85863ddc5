"""Giving products that have no barcode one of our own."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.product_parts import touch_product
from core.commands.stock import Reference
from core.domain.access import Actor
from core.domain.errors import Fault, refuse_if
from core.domain.in_house_code import Prefix, in_house_code, number_of
from core.domain.product import PackCode
from core.ports.storage import UnitOfWork

MOST_PRODUCTS = 500


class AssignBarcodes(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Products by id or SKU. The codes begin with `prefix`, which GS1 leaves to shops; a company with scales that print codes of their
    own takes one that those do not use."""

    products: list[Reference]
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
    references = [one.strip() for one in command.products]
    known = await uow.catalogue.referenced(references)
    refuse_if(_faults(references, set(known)), "invalid_products")
    last = await uow.catalogue.last_barcode(command.prefix)
    bare = await uow.catalogue.without_barcode([product_id for product_id, _ in known.values()])
    first = 0 if last is None else number_of(last) + 1
    codes = {product_id: in_house_code(command.prefix, first + place) for place, product_id in enumerate(bare)}
    await uow.catalogue.add_barcodes([(product_id, PackCode(code)) for product_id, code in codes.items()])
    for product_id in codes:
        await touch_product(uow, await uow.catalogue.product(product_id), "barcodes")
    return AssignedBarcodes([AssignedBarcode(product_id, code.code) for product_id, code in codes.items()])


def _faults(references: Sequence[str], known: set[str]) -> list[Fault]:
    faults = [
        Fault(f"/products/{index}", "not_found", "no product has this id or SKU")
        for index, one in enumerate(references)
        if one not in known
    ]
    if not 1 <= len(references) <= MOST_PRODUCTS:
        faults.append(Fault("/products", "out_of_range", f"must name 1 to {MOST_PRODUCTS} products"))
    return faults
