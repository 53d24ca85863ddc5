"""Importing a sheet of products: everything or nothing, every fault of every row in one answer."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from core.commands.catalogue import announce_change
from core.domain.access import Actor
from core.domain.barcode import lookup_key
from core.domain.category import Category, CategoryTree
from core.domain.errors import Fault, refuse_if
from core.domain.product import Product
from core.domain.product_import import Known, Plan, plan_import
from core.domain.product_sheet import SheetProduct, header_faults, read_row
from core.ports.documents import SheetReader
from core.ports.storage import Run, UnitOfWork

CHUNK = 1_000  # rows that are looked up or written at once
MOST_ROWS = 50_000

Item = TypeVar("Item")


class ImportReport(msgspec.Struct, frozen=True):
    """What an import did; after a dry run, what it would do."""

    created: int
    updated: int
    unchanged: int
    categories_created: int
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """The rows of a sheet as far as they could be understood, and what could not."""

    columns: frozenset[str]
    rows: Sequence[SheetProduct]
    faults: Sequence[Fault]


@dataclass(frozen=True, slots=True)
class ImportProducts:
    """A sheet to import; `progress` is told how many of its rows have been looked up."""

    sheet: ReadSheet
    dry_run: bool
    progress: Callable[[int], None]


class ProductImport:
    """Imports products from CSV and XLSX."""

    def __init__(self, run: Run, sheets: SheetReader) -> None:
        self._run, self._sheets = run, sheets

    async def __call__(
        self,
        actor: Actor,
        source: bytes | Path,
        file_name: str,
        *,
        dry_run: bool = False,
        progress: Callable[[int], None] = lambda _: None,
    ) -> ImportReport:
        """Creates and updates products by SKU. An empty cell leaves what there is; nothing is ever removed.

        Raises `UnreadableSheet`, or `Invalid` with the faults of all rows; then nothing has been written.
        """
        sheet = await asyncio.to_thread(self._read, source, file_name)
        return (await self._run(import_products, actor, ImportProducts(sheet, dry_run, progress))).result

    def _read(self, source: bytes | Path, file_name: str) -> ReadSheet:
        rows: list[SheetProduct] = []
        with self._sheets.open(source, file_name) as sheet:
            faults = header_faults(sheet.header)
            for number, cells in sheet.rows:
                row, found = read_row(sheet.header, number, cells)
                rows.append(row)
                faults += found
                refuse_if([_too_many_rows()] if len(rows) > MOST_ROWS else [], "invalid_rows")
        return ReadSheet(frozenset(name.lower() for name in sheet.header), rows, faults)


async def import_products(uow: UnitOfWork, actor: Actor, command: ImportProducts) -> ImportReport:
    """Plans the whole import, refuses it with all faults if there are any, else writes it."""
    actor.require("product:write")
    if "cost" in command.sheet.columns:
        actor.require("cost:read")
    rows = sorted(command.sheet.rows, key=lambda row: row.sku.lower())
    tree, new_categories = await _categories(uow, actor, rows)
    known = await _known(uow, actor, rows, tree, command.progress)
    plan = await asyncio.to_thread(plan_import, rows, known)
    faults = [*command.sheet.faults, *plan.faults]
    refuse_if(sorted(faults, key=lambda fault: int(str(fault.extra.get("row", 0)))), "invalid_rows")
    if not command.dry_run:
        await _write(uow, plan, new_categories)
    return ImportReport(len(plan.created), len(plan.changed), plan.unchanged, len(new_categories), command.dry_run)


async def _categories(
    uow: UnitOfWork, actor: Actor, rows: Sequence[SheetProduct]
) -> tuple[CategoryTree, Sequence[Category]]:
    """The tree that the rows suppose, and what is missing of it, as far as this actor may create it."""
    tree = CategoryTree(await uow.catalogue.categories())
    if not actor.may("category:write"):
        return tree, []
    return tree.extended(row.category for row in rows if row.category)


async def _known(
    uow: UnitOfWork,
    actor: Actor,
    rows: Sequence[SheetProduct],
    tree: CategoryTree,
    progress: Callable[[int], None],
) -> Known:
    """What the company has of what the rows name, locked in the order of their SKUs."""
    products: dict[str, Product] = {}
    owners: dict[str, UUID] = {}
    parts: dict[UUID, Any] = {}
    references: dict[str, Any] = {}
    for number, chunk in enumerate(_chunks(rows)):
        found = await uow.catalogue.products_by_sku([row.sku for row in chunk])
        products |= found
        owners |= await uow.catalogue.barcode_owners([lookup_key(code) for row in chunk for _, code in row.barcodes])
        references |= await uow.catalogue.referenced([sku for row in chunk for _, sku in row.components])
        parts |= await uow.catalogue.components(
            [found[row.sku].id for row in chunk if row.components and row.sku in found]
        )
        progress(number * CHUNK + len(chunk))
    moved = await _moved(uow, rows, products)
    return Known(products, tree, owners, parts, references, moved, actor.may("product:delete"))


async def _moved(uow: UnitOfWork, rows: Sequence[SheetProduct], products: Mapping[str, Product]) -> frozenset[UUID]:
    """Those products whose tracking a row would change although their stock has moved."""
    retracked = {
        product.id
        for row in rows
        if (product := products.get(row.sku)) and row.values.get("tracking", product.tracking) != product.tracking
    }
    return frozenset([product_id for product_id in retracked if await uow.catalogue.has_moved(product_id)])


async def _write(uow: UnitOfWork, plan: Plan, new_categories: Sequence[Category]) -> None:
    await uow.catalogue.add_categories(new_categories)
    for created in _chunks(plan.created):
        await uow.catalogue.add_products(created)
    for changed in _chunks(plan.changed):
        await uow.catalogue.change_products([product for product, _ in changed])
    await uow.catalogue.set_components(plan.components)
    for codes in _chunks(plan.barcodes):
        await uow.catalogue.add_barcodes(codes)
    for category in new_categories:
        await uow.events.append("category_created", "category", category.id, {"name": category.name})
    for product in plan.created:
        await uow.events.append("product_created", "product", product.id, {"sku": product.sku})
    for product, names in plan.changed:
        await announce_change(uow, product, names)


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _too_many_rows() -> Fault:
    return Fault("/rows", "too_many", f"must be at most {MOST_ROWS}")
