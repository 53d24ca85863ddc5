"""Products as rows of a sheet: which columns there are, what a cell means, and how a product is written into one.

What is written is read back as the same product.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.domain.category import LEVELS, Path, name_fault, parse_path
from core.domain.errors import Fault
from core.domain.product import LIST_SEPARATOR, ProductKind, Tracking
from core.domain.text import tidy

COLUMNS = (
    "sku",
    "name",
    "description",
    "category",
    "unit",
    "price",
    "cost",
    "barcode",
    "components",
    "active",
    "kind",
    "tracking",
    "shelf_life_days",
)

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_COUNT = re.compile(r"[0-9]{1,9}")
_SEVERAL = re.compile(r"([0-9]+(?:\.[0-9]+)?) x (.+)")
_YES = frozenset({"true", "yes", "1", "sí", "si"})
_NO = frozenset({"false", "no", "0"})

Counted = tuple[Decimal, str]
"""So many of what a barcode or a SKU names."""


@dataclass(frozen=True, slots=True)
class SheetProduct:
    """What one row says of a product. It does not speak of what its cells leave empty."""

    row: int
    sku: str
    values: Mapping[str, Any] = field(default_factory=dict)
    category: Path | None = None
    barcodes: tuple[Counted, ...] = ()
    components: tuple[Counted, ...] = ()


def header_faults(header: Sequence[str]) -> list[Fault]:
    """What is wrong with the names of the columns."""
    unknown = [name for name in header if name.lower() not in COLUMNS]
    faults = [
        Fault(f"/columns/{name}", "unknown_column", f"must be one of {', '.join(COLUMNS)}", {"column": name})
        for name in unknown
    ]
    if "sku" not in (name.lower() for name in header):
        faults.append(Fault("/columns/sku", "required", "there must be a column sku", {"column": "sku"}))
    return faults


def row_fault(row: int, column: str, code: str, detail: str) -> Fault:
    """A fault in one cell; rows have the number that a spreadsheet program shows."""
    return Fault(f"/rows/{row}/{column}", code, detail, {"row": row, "column": column})


def read_row(header: Sequence[str], row: int, cells: Sequence[str]) -> tuple[SheetProduct, list[Fault]]:
    """What a row says, and every cell that cannot be understood."""
    faults: list[Fault] = []
    if len(cells) > len(header):
        faults.append(row_fault(row, "", "too_many_cells", f"has {len(cells)} cells below {len(header)} columns"))
    said: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        column, text = name.lower(), tidy(cell)
        if not text or column not in COLUMNS:
            continue
        try:
            said[column] = _READERS.get(column, str)(text)
        except ValueError as problem:
            faults.append(row_fault(row, column, "bad_format", str(problem)))
    product = SheetProduct(
        row,
        said.pop("sku", ""),
        category=said.pop("category", None),
        barcodes=said.pop("barcode", ()),
        components=said.pop("components", ()),
        values=said,
    )
    if product.category is not None:
        faults += _path_faults(row, product.category)
    return product, faults


def written_list(entries: Iterable[Counted]) -> str:
    """Barcodes or components for one cell, such as `4006381333931; 12 x 14006381333938`."""
    return f"{LIST_SEPARATOR} ".join(
        text if quantity == 1 and not _SEVERAL.fullmatch(text) else f"{quantity:f} x {text}"
        for quantity, text in entries
    )


def _decimal(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError("must be a number such as 1234.50")
    return Decimal(text)


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError("must be a whole number")
    return int(text)


def _truth(text: str) -> bool:
    if text.lower() not in _YES | _NO:
        raise ValueError("must be true or false")
    return text.lower() in _YES


def _list(text: str) -> tuple[Counted, ...]:
    return tuple(_counted(entry.strip()) for entry in text.split(LIST_SEPARATOR) if entry.strip())


def _counted(entry: str) -> Counted:
    several = _SEVERAL.fullmatch(entry)
    return (Decimal(several[1]), several[2].strip()) if several else (Decimal(1), entry)


def _kind(text: str) -> ProductKind:
    if text.lower() not in set(ProductKind):
        raise ValueError(f"must be {' or '.join(ProductKind)}")
    return ProductKind(text.lower())


def _tracking(text: str) -> Tracking:
    if text.lower() not in set(Tracking):
        raise ValueError(f"must be {' or '.join(Tracking)}")
    return Tracking(text.lower())


def _path_faults(row: int, path: Path) -> list[Fault]:
    if len(path) > len(LEVELS):
        return [row_fault(row, "category", "too_deep", f"must have at most {len(LEVELS)} levels")]
    found = (name_fault("", name) for name in path)
    return [row_fault(row, "category", fault.code, fault.detail) for fault in found if fault]


_READERS: Mapping[str, Callable[[str], Any]] = {
    "category": parse_path,
    "price": _decimal,
    "cost": _decimal,
    "barcode": _list,
    "components": _list,
    "active": _truth,
    "kind": _kind,
    "tracking": _tracking,
    "shelf_life_days": _count,
}
