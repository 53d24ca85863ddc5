"""Opening stock as rows of a sheet: which columns there are, and what a row says."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.domain.errors import Fault
from core.domain.product import LONGEST_SKU
from core.domain.product_sheet import row_fault
from core.domain.text import text_fault, tidy
from core.domain.values import amount_fault, level_fault

COLUMNS = ("sku", "site", "quantity", "unit_cost", "lot", "expires_on", "serial")
NEEDED = ("sku", "quantity")
LONGEST_NUMBER = 200

_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class StockLine:
    """So much of a product lies at a site. What the row leaves out, or what has a fault, is '' or None."""

    row: int
    sku: str = ""
    site: str = ""
    quantity: Decimal | None = None
    unit_cost: Decimal | None = None
    lot: str = ""
    expires_on: date | None = None
    serial: str = ""


def header_faults(header: Sequence[str]) -> list[Fault]:
    """What is wrong with the names of the columns."""
    names = {name.lower() for name in header}
    unknown = [name for name in header if name.lower() not in COLUMNS]
    return [
        *(_column_fault(name, "unknown_column", f"must be one of {', '.join(COLUMNS)}") for name in unknown),
        *(_column_fault(name, "required", f"there must be a column {name}") for name in NEEDED if name not in names),
    ]


def read_line(header: Sequence[str], row: int, cells: Sequence[str]) -> tuple[StockLine, list[Fault]]:
    """What a row says, and every cell that cannot be understood."""
    faults: list[Fault] = []
    if len(cells) > len(header):
        faults.append(row_fault(row, "", "too_many_cells", f"has {len(cells)} cells below {len(header)} columns"))
    said: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        column, text = name.lower(), tidy(cell)
        if text and column in _READERS:
            said[column], fault = _READERS[column](text)
        else:
            fault = Fault("", "required", "must not be empty") if column in NEEDED and not text else None
        if fault:
            faults.append(row_fault(row, column, fault.code, fault.detail))
    return StockLine(row, **said), faults


def _column_fault(column: str, code: str, detail: str) -> Fault:
    return Fault(f"/columns/{column}", code, detail, {"column": column})


def _number(text: str, fault_of: Callable[[str, Decimal], Fault | None]) -> tuple[Decimal, None] | tuple[None, Fault]:
    if not _NUMBER.fullmatch(text):
        return None, Fault("", "bad_format", "must be a number such as 1234.50")
    number = Decimal(text)
    fault = fault_of("", number)
    return (None, fault) if fault else (number, None)


def _day(text: str) -> tuple[date | None, Fault | None]:
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else ""), None
    except ValueError:
        return None, Fault("", "bad_format", "must be a date such as 2027-01-31")


def _name(text: str, longest: int) -> tuple[str, Fault | None]:
    fault = text_fault("", text, longest)
    return "" if fault else text, fault


_READERS: Mapping[str, Callable[[str], tuple[Any, Fault | None]]] = {
    "sku": lambda text: _name(text, LONGEST_SKU),
    "site": lambda text: (text.upper(), None),
    "quantity": lambda text: _number(text, level_fault),
    "unit_cost": lambda text: _number(text, amount_fault),
    "lot": lambda text: _name(text, LONGEST_NUMBER),
    "expires_on": _day,
    "serial": lambda text: _name(text, LONGEST_NUMBER),
}
