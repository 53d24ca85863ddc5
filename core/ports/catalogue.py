"""The port to the catalogue's storage."""

from typing import Protocol


class CatalogueRepository(Protocol):
    """Products, categories, barcodes, kits and images of one company."""
