"""The port to the catalogue's storage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from core.domain.access import Actor
from core.domain.category import Category
from core.domain.ids import new_id
from core.domain.product import Component, PackCode, Product, ProductKind

Wanted = Annotated[str, Meta(min_length=1, max_length=200)]


class ProductFilter(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which products. `q` is part of a name, a SKU or a barcode; `category` includes what lies below it; `low` is at or
    below the minimum somewhere, `out` without stock everywhere; `site` (id or code) narrows both, and the figures, to it."""

    q: Wanted | None = None
    category: UUID | None = None
    kind: ProductKind | None = None
    active: bool | None = None
    low: bool = False
    out: bool = False
    site: Wanted | None = None


@dataclass(frozen=True, slots=True)
class ProductImage:
    """A picture of a product: where its content and its thumbnail are kept, its size in pixels and bytes."""

    product_id: UUID
    digest: str
    thumbnail_digest: str
    media_type: str
    width: int
    height: int
    size: int
    id: UUID = field(default_factory=new_id)

    @property
    def digests(self) -> tuple[str, str]:
        """The files that it refers to."""
        return self.digest, self.thumbnail_digest


class CategoryRepository(Protocol):
    """The category tree of the company."""

    async def categories(self) -> Sequence[Category]:
        """All of them."""
        ...

    async def add_categories(self, categories: Sequence[Category]) -> None:
        """Adds categories, parents first. Conflict `category_name_taken`."""
        ...

    async def change_category(self, category: Category) -> None:
        """Stores name and place; what lies below moves along. Conflict `category_name_taken`."""
        ...

    async def delete_category(self, category_id: UUID) -> None:
        """Conflict `category_in_use` while it has subcategories or products."""
        ...


class ProductRepository(Protocol):
    """The products of the company, their barcodes and the components of kits."""

    async def product(self, product_id: UUID, *, exclusively: bool = False) -> Product:
        """The product, locked against other changes; `exclusively`, also against every posting that names it.
        Raises `NotFound`."""
        ...

    async def products_by_sku(self, skus: Sequence[str]) -> Mapping[str, Product]:
        """The products of these SKUs by the SKU as asked for, locked against other changes."""
        ...

    async def products_by_id(self, product_ids: Sequence[UUID]) -> Sequence[Product]:
        """The products of these ids, locked against other changes; ids that name nothing are left out."""
        ...

    async def products_matching(self, actor: Actor, wanted: ProductFilter, most: int) -> Sequence[Product]:
        """Those that a list with this filter shows the actor, at most so many, locked against other changes."""
        ...

    async def referenced(self, references: Sequence[str]) -> Mapping[str, tuple[UUID, ProductKind]]:
        """What ids and SKUs name, by the reference as asked for; those that name nothing are absent."""
        ...

    async def add_products(self, products: Sequence[Product]) -> None:
        """Conflict `sku_taken`."""
        ...

    async def change_products(self, products: Sequence[Product]) -> None:
        """Stores products under their next version. Conflict `sku_taken`."""
        ...

    async def delete_product(self, product_id: UUID) -> None:
        """Deletes a product with its barcodes, components and images. Conflict `in_use`."""
        ...

    async def has_moved(self, product_id: UUID) -> bool:
        """Whether the ledger knows the product, itself or as a kit."""
        ...

    async def kits_with(self, product_id: UUID) -> Sequence[str]:
        """The SKUs of the kits that it is a component of."""
        ...

    async def components(self, kit_ids: Sequence[UUID]) -> Mapping[UUID, frozenset[Component]]:
        """The components of kits; those of a kit without any are absent."""
        ...

    async def set_components(self, components: Mapping[UUID, Iterable[Component]]) -> None:
        """Replaces the components of kits."""
        ...

    async def barcode_owners(self, keys: Sequence[str]) -> Mapping[str, UUID]:
        """The products that have these barcodes, by the barcode's key."""
        ...

    async def last_barcode(self, prefix: str) -> str | None:
        """The highest code of 13 digits that begins with the prefix; until the transaction ends, nobody else asks for one."""
        ...

    async def without_barcode(self, product_ids: Sequence[UUID]) -> Sequence[UUID]:
        """Those of the products that have no barcode, each once and in the order in which they are named."""
        ...

    async def add_barcodes(self, barcodes: Sequence[tuple[UUID, PackCode]]) -> None:
        """Conflict `barcode_taken`."""
        ...

    async def delete_barcode(self, product_id: UUID, key: str) -> None:
        """Raises `NotFound`."""
        ...


class ImageRepository(Protocol):
    """The pictures of products. Their contents lie in a file store; here is who refers to which."""

    async def keep_files(self) -> None:
        """Until the transaction ends, nobody forgets a file. For those who store one and then refer to it."""
        ...

    async def unreferenced_files(self, digests: Sequence[str]) -> Sequence[str]:
        """Those to which nothing refers; until the transaction ends, nobody begins to."""
        ...

    async def images(self, product_id: UUID) -> Sequence[ProductImage]:
        """The images of a product in their order."""
        ...

    async def add_image(self, image: ProductImage) -> None:
        """Adds an image as the last one of its product."""
        ...

    async def order_images(self, image_ids: Sequence[UUID]) -> None:
        """Stores the order of a product's images."""
        ...

    async def delete_image(self, image_id: UUID) -> None: ...


class CatalogueRepository(CategoryRepository, ProductRepository, ImageRepository, Protocol):
    """Products, categories, barcodes, kits and images of one company."""
