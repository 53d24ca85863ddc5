"""Exporting products as a sheet that can be imported again."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from tempfile import TemporaryFile
from typing import BinaryIO

from core.domain.access import Actor
from core.domain.category import format_path
from core.domain.product_sheet import COLUMNS, written_list
from core.ports.catalogue import ProductFilter
from core.ports.documents import CellValue, SheetWriter
from core.queries.catalogue import CatalogueReader, ExportRow

CHUNK_SIZE = 256 * 1024  # bytes


class SheetFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ExportedSheet:
    """A sheet that is ready; its content can be read once."""

    media_type: str
    file_name: str
    content: AsyncIterator[bytes]


class ProductExport:
    """Writes products into a temporary file, so that neither their number nor a late fault troubles the answer."""

    def __init__(self, catalogue: CatalogueReader, writers: Mapping[SheetFormat, SheetWriter]) -> None:
        self._catalogue, self._writers = catalogue, writers

    async def __call__(self, actor: Actor, wanted: ProductFilter, form: SheetFormat) -> ExportedSheet:
        """The products in the order of their making; costs only for those who may see them. Raises `UnwritableSheet`."""
        actor.require("export:read")
        writer = self._writers[form]
        with_cost = actor.may("cost:read")
        header = [name for name in COLUMNS if with_cost or name != "cost"]
        rows = self._rows(actor, wanted, asyncio.get_running_loop(), with_cost=with_cost)
        file: BinaryIO = TemporaryFile()  # noqa: SIM115  closed by whoever reads it
        try:
            await asyncio.to_thread(writer.write, file, header, rows)
        except BaseException:
            file.close()
            raise
        return ExportedSheet(writer.media_type, f"products{writer.suffix}", content_of(file))

    def _rows(
        self, actor: Actor, wanted: ProductFilter, loop: AbstractEventLoop, *, with_cost: bool
    ) -> Iterator[Sequence[CellValue]]:
        """The rows for the writer in its thread, fetched page by page where the database lives."""
        after = None
        while page := asyncio.run_coroutine_threadsafe(
            self._catalogue.export_rows(actor, wanted, after), loop
        ).result():
            yield from (_cells(row, with_cost=with_cost) for row in page)
            after = page[-1].id


def _cells(row: ExportRow, *, with_cost: bool) -> list[CellValue]:
    """One product in the order of the columns."""
    return [
        row.sku,
        row.name,
        row.description,
        format_path(tuple(row.category)),
        row.unit,
        row.price,
        *([row.cost] if with_cost else []),
        written_list(row.barcodes),
        written_list(row.components),
        row.active,
        row.kind,
        row.tracking,
        row.shelf_life_days,
    ]


async def content_of(file: BinaryIO) -> AsyncIterator[bytes]:
    """What was written into a file, from its beginning, in pieces; then the file is closed."""
    with file:
        await asyncio.to_thread(file.seek, 0)
        while chunk := await asyncio.to_thread(file.read, CHUNK_SIZE):
            yield chunk
