"""What the catalogue shows: categories, products with their stock, and what a code names."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.category import Level
from core.ports.catalogue import ProductFilter
from core.queries.decimal_text import DecimalText
from core.queries.paging import Page


class CategoryView(msgspec.Struct, frozen=True):
    """One category, with the names from the top of the tree down to it."""

    id: UUID
    name: str
    level: Level
    parent: UUID | None
    path: list[str]
    version: int


class CategoryNode(msgspec.Struct, frozen=True):
    """A category and what lies below it, each level by name. `products` are those in it and below it, where that was asked for."""

    id: UUID
    name: str
    level: Level
    version: int
    products: int | None
    children: "list[CategoryNode]"


class CategoryName(msgspec.Struct, frozen=True):
    id: UUID
    name: str


class ProductSort(StrEnum):
    """A minus sorts downwards; `created_at` is the order in which products were made."""

    NAME = "name"
    NAME_DOWN = "-name"
    SKU = "sku"
    SKU_DOWN = "-sku"
    CREATED = "created_at"
    CREATED_DOWN = "-created_at"


class ProductItem(msgspec.Struct, frozen=True):
    """A product in a list. The stock is that of the sites that the caller may see; a kit has none of its own and is
    available as often as its components suffice at one site. `low` is at or below the minimum at one of those sites. `image` is
    the address of a thumbnail."""

    id: UUID
    sku: str
    name: str
    category: CategoryName | None
    price: DecimalText
    currency: str
    unit: str
    kind: str
    active: bool
    on_hand: DecimalText
    available: DecimalText
    low: bool
    image: str | None
    version: int


class BarcodeView(msgspec.Struct, frozen=True):
    code: str
    kind: str
    pack_quantity: Decimal


class ImageView(msgspec.Struct, frozen=True):
    """An image by the addresses of its content and its thumbnail; sizes in pixels."""

    id: UUID
    url: str
    thumbnail_url: str
    width: int
    height: int


class ComponentView(msgspec.Struct, frozen=True):
    """What is in each kit, and how much of it is available."""

    product: UUID
    sku: str
    name: str
    quantity: Decimal
    available: Decimal


class SiteFigures(msgspec.Struct, frozen=True):
    """The stock of a product at a site. `in_transit` has left the site and not arrived elsewhere."""

    site: UUID
    code: str
    name: str
    on_hand: Decimal
    promised: Decimal
    available: Decimal
    in_transit: Decimal


class ProductView(msgspec.Struct, frozen=True):
    """A product with all that belongs to it. `cost` is null for those who may not see it."""

    id: UUID
    sku: str
    name: str
    description: str
    kind: str
    tracking: str
    unit: str
    category: CategoryName | None
    price: Decimal
    cost: Decimal | None
    currency: str
    shelf_life_days: int | None
    active: bool
    on_hand: Decimal
    available: Decimal
    barcodes: list[BarcodeView]
    images: list[ImageView]
    components: list[ComponentView]
    stock: list[SiteFigures]
    created_at: datetime
    updated_at: datetime
    version: int


class Scanned(msgspec.Struct, frozen=True):
    """What a GS1 code says beside the article. `quantity` is a count of pieces, or kilograms."""

    gtin: str
    lot: str
    expires_on: date | None
    serial: str
    quantity: Decimal | None


class Found(msgspec.Struct, frozen=True):
    """What a code names; `pack_quantity` says how many of a product a scanned pack holds, `scanned` what else a GS1 code said."""

    type: str
    id: UUID
    label: str
    pack_quantity: Decimal | None = None
    scanned: Scanned | None = None


class StoredImage(msgspec.Struct, frozen=True):
    """Where the content of an image, or of its thumbnail, is kept."""

    digest: str
    media_type: str


class ExportRow(msgspec.Struct, frozen=True, array_like=True):
    """A product as a row of a sheet; of several codes or components each with its quantity."""

    id: UUID
    sku: str
    name: str
    description: str
    category: list[str]
    unit: str
    price: Decimal
    cost: Decimal | None
    barcodes: list[tuple[Decimal, str]]
    components: list[tuple[Decimal, str]]
    active: bool
    kind: str
    tracking: str
    shelf_life_days: int | None


class CatalogueReader(Protocol):
    """Reads the catalogue for one actor: what belongs to other companies, and stock outside their sites, does not exist."""

    async def category_tree(self, actor: Actor, *, with_products: bool = False) -> Page[CategoryNode]: ...

    async def category(self, actor: Actor, category_id: UUID) -> CategoryView:
        """Raises `NotFound`."""
        ...

    async def products(
        self,
        actor: Actor,
        wanted: ProductFilter,
        sort: ProductSort,
        limit: int,
        cursor: str | None,
        *,
        with_total: bool = False,
    ) -> Page[ProductItem]:
        """A page of products in an order."""
        ...

    async def product(self, actor: Actor, product_id: UUID) -> ProductView:
        """Raises `NotFound`."""
        ...

    async def look_up(self, actor: Actor, code: str) -> Found:
        """What a barcode, SKU, site code, document number, number of a transfer or purchase order, or id names. Raises `NotFound`."""
        ...

    async def image(self, actor: Actor, image_id: UUID, *, thumbnail: bool) -> StoredImage:
        """Raises `NotFound`."""
        ...

    async def export_rows(self, actor: Actor, wanted: ProductFilter, after: UUID | None) -> Sequence[ExportRow]:
        """The next rows in the order in which products were made; none at the end. Without costs for those who may not
        see them."""
        ...
