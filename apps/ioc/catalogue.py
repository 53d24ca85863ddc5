"""What the catalogue is made of."""

from collections.abc import Mapping

from dishka import Provider, Scope, provide

from adapters.pictures.encoder import WebpEncoder
from adapters.postgres.queries.catalogue import PostgresCatalogueReader
from adapters.spreadsheets.csv_writer import CsvWriter
from adapters.spreadsheets.reader import SpreadsheetReader
from adapters.spreadsheets.xlsx_writer import XlsxWriter
from core.commands.catalogue_import import ProductImport
from core.commands.product_images import ProductImages
from core.ports.documents import SheetReader, SheetWriter
from core.ports.files import PictureEncoder
from core.queries.catalogue import CatalogueReader
from core.queries.catalogue_export import ProductExport, SheetFormat


class CatalogueProvider(Provider):
    """Reading and changing products; sheets and pictures of them."""

    scope = Scope.APP

    catalogue = provide(PostgresCatalogueReader, provides=CatalogueReader)
    pictures = provide(WebpEncoder, provides=PictureEncoder)
    images = provide(ProductImages)
    imports = provide(ProductImport)
    exports = provide(ProductExport)

    @provide
    def sheets(self) -> SheetReader:
        return SpreadsheetReader()

    @provide
    def sheet_writers(self) -> Mapping[SheetFormat, SheetWriter]:
        return {SheetFormat.CSV: CsvWriter(), SheetFormat.XLSX: XlsxWriter()}
