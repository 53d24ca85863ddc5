"""What the catalogue is made of."""

from collections.abc import Mapping
from functools import cache

from dishka import Provider, Scope, provide

from adapters.pictures.encoder import WebpEncoder
from adapters.postgres.queries.catalogue import PostgresCatalogueReader
from adapters.postgres.queries.labels import PostgresLabelGoods
from adapters.spreadsheets.csv_writer import CsvWriter
from adapters.spreadsheets.reader import SpreadsheetReader
from adapters.spreadsheets.xlsx_writer import XlsxWriter
from core.commands.catalogue_import import ProductImport
from core.commands.labels import Labels
from core.commands.product_images import ProductImages
from core.ports.clock import Clock
from core.ports.documents import SheetReader, SheetWriter
from core.ports.files import PictureEncoder
from core.ports.labels import LabelGoods, LabelSheets
from core.ports.symbols import ScanReader, SymbolMaker
from core.queries.catalogue import CatalogueReader
from core.queries.catalogue_export import ProductExport, SheetFormat


@cache
def _symbols() -> SymbolMaker:
    """Made when a symbol is first asked for: what draws them is 20 MB."""
    from adapters.barcodes.symbols import LibrarySymbols

    return LibrarySymbols()


@cache
def _sheets() -> LabelSheets:
    """Made when labels are first asked for: with fonts, 40 MB."""
    from adapters.pdf.labels import FpdfLabels

    return FpdfLabels()


class CatalogueProvider(Provider):
    """Reading and changing products; sheets and pictures of them."""

    scope = Scope.APP

    catalogue = provide(PostgresCatalogueReader, provides=CatalogueReader)
    pictures = provide(WebpEncoder, provides=PictureEncoder)
    images = provide(ProductImages)
    imports = provide(ProductImport)
    exports = provide(ProductExport)
    label_goods = provide(PostgresLabelGoods, provides=LabelGoods)

    @provide
    def labels(self, goods: LabelGoods, clock: Clock) -> Labels:
        return Labels(goods, _symbols, _sheets, clock)

    @provide
    def symbols(self) -> SymbolMaker:
        return _symbols()

    @provide
    def scans(self) -> ScanReader:
        from adapters.barcodes.scans import BiipScans

        return BiipScans()

    @provide
    def sheets(self) -> SheetReader:
        return SpreadsheetReader()

    @provide
    def sheet_writers(self) -> Mapping[SheetFormat, SheetWriter]:
        return {SheetFormat.CSV: CsvWriter(), SheetFormat.XLSX: XlsxWriter()}
