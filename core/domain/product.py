"""Products: what stock counts, and the kits that are made of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.domain.barcode import GTIN_LENGTHS, Barcode, BarcodeKind
from core.domain.errors import Fault, Invalid
from core.domain.ids import new_id, parse_id
from core.domain.text import text_fault
from core.domain.values import amount_fault, quantity_fault

LONGEST_SKU = 64
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 4_000
LONGEST_UNIT = 20
LONGEST_SHELF_LIFE = 36_500  # days
MOST_COMPONENTS = 100
MOST_BARCODES = 50
LIST_SEPARATOR = ";"
"""Separates several values in one cell of a sheet; no SKU and no barcode contains it."""


class ProductKind(StrEnum):
    UNIT = "unit"
    KIT = "kit"


class Tracking(StrEnum):
    NONE = "none"
    LOT = "lot"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True)
class Component:
    """So many of a product are in each kit."""

    product_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class PackCode:
    """A barcode on a pack of so many of a product."""

    barcode: Barcode
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One SKU. A kit holds no stock of its own and is not tracked; `price` and `cost` are of one unit of measure."""

    sku: str
    name: str
    description: str = ""
    kind: ProductKind = ProductKind.UNIT
    tracking: Tracking = Tracking.NONE
    unit: str = "unit"
    category_id: UUID | None = None
    price: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    shelf_life_days: int | None = None
    active: bool = True
    id: UUID = field(default_factory=new_id)
    version: int = 1

    def faults(self) -> Iterator[Fault]:
        """Everything that is wrong with it, whatever else there is in the company."""
        yield from _present(
            sku_fault("/sku", self.sku),
            text_fault("/name", self.name, LONGEST_NAME),
            text_fault("/description", self.description, LONGEST_DESCRIPTION, required=False, lines=True),
            text_fault("/unit", self.unit, LONGEST_UNIT),
            amount_fault("/price", self.price),
            amount_fault("/cost", self.cost),
        )
        if self.shelf_life_days is not None and not 1 <= self.shelf_life_days <= LONGEST_SHELF_LIFE:
            yield Fault("/shelf_life_days", "out_of_range", f"must be 1 to {LONGEST_SHELF_LIFE} days")
        if self.kind is ProductKind.KIT and self.tracking is not Tracking.NONE:
            yield Fault("/tracking", "not_allowed", "a kit is not tracked: its components are")


def changed_fields(before: Product, after: Product) -> list[str]:
    """The fields in which two states of a product differ, by the names that clients know."""
    names = (one.name for one in fields(Product))
    return [name.removesuffix("_id") for name in names if getattr(before, name) != getattr(after, name)]


def sku_fault(pointer: str, sku: str) -> Fault | None:
    """What is wrong with a SKU. One in the form of an id would be taken for that id."""
    if fault := text_fault(pointer, sku, LONGEST_SKU):
        return fault
    if LIST_SEPARATOR in sku:
        return Fault(pointer, "not_allowed", f"must not contain {LIST_SEPARATOR}")
    return Fault(pointer, "not_allowed", "must not have the form of an id") if parse_id(sku) else None


def pack_code(
    pointer: str, code: str, kind: BarcodeKind | None, quantity: Decimal
) -> tuple[PackCode | None, list[Fault]]:
    """The barcode, or what is wrong with it. Without a kind, digits in the length of a GTIN are one."""
    faults = _present(quantity_fault(f"{pointer}/pack_quantity", quantity))
    text = code.strip()
    if kind is None:
        looks_global = text.isascii() and text.isdigit() and len(text) in GTIN_LENGTHS
        kind = BarcodeKind.GTIN if looks_global else BarcodeKind.CUSTOM
    if LIST_SEPARATOR in text:
        faults.append(Fault(f"{pointer}/code", "not_allowed", f"must not contain {LIST_SEPARATOR}"))
    try:
        found = PackCode(Barcode(kind, text), quantity)
    except Invalid as error:
        return None, [*faults, Fault(f"{pointer}/code", error.code, error.detail, error.details)]
    return (None if faults else found), faults


def component_faults(pointer: str, quantities: Sequence[Decimal], product_ids: Iterable[UUID]) -> list[Fault]:
    """What is wrong with the components of a kit: too many, no sound quantity, the same one twice."""
    faults = _present(*(quantity_fault(f"{pointer}/{i}/quantity", one) for i, one in enumerate(quantities)))
    if len(quantities) > MOST_COMPONENTS:
        faults.append(Fault(pointer, "too_many", f"must be at most {MOST_COMPONENTS}"))
    ids = list(product_ids)
    if len(set(ids)) < len(ids):
        faults.append(Fault(pointer, "repeated", "must name each product once"))
    return faults


def _present(*faults: Fault | None) -> list[Fault]:
    return [fault for fault in faults if fault is not None]
