"""The lines of a shop's sales file: what each says, or everything about it that cannot be understood."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, NamedTuple

from core.domain.errors import Fault
from core.domain.sales_import import fields
from core.domain.sales_import.fields import Moment, TimestampStyle, Unreadable

HEADER_LINE = 1

# Holds the product of any two numbers of a file and any sum of such products; would raise rather than round.
EXACT = Context(prec=80, traps=[Inexact, InvalidOperation])


@dataclass(frozen=True, slots=True)
class SalesFormat:
    """What the file leaves unsaid: the zone of its local times and how it writes them."""

    zone: tzinfo
    timestamps: TimestampStyle = TimestampStyle.ISO


class SalesLine(NamedTuple):
    """One understood line. `quantity` and `unit_price` keep the file's signs; texts it left out are ''."""

    line_number: int
    invoice: str
    sku: str
    description: str
    quantity: Decimal
    moment: Moment
    unit_price: Decimal
    customer: str

    @property
    def value(self) -> Decimal:
        """Quantity × unit price, exact, in the file's currency and with the file's signs."""
        return EXACT.multiply(self.quantity, self.unit_price)


def check_header(columns: Iterable[str]) -> tuple[Fault, ...]:
    """A fault for each needed column that the header lacks or names twice; other columns do not matter."""
    found = Counter(columns)
    return tuple(
        _fault(HEADER_LINE, column, "column_repeated", "stands in the header more than once")
        if found[column]
        else _fault(HEADER_LINE, column, "column_missing", "is missing in the header")
        for column in _READERS
        if found[column] != 1
    )


def parse_line(line_number: int, row: Mapping[str, str], sales_format: SalesFormat) -> SalesLine | tuple[Fault, ...]:
    """What the row says, or all its faults at once. A person finds the line by its number; faults point at
    `/<line number>/<column>`."""
    values: list[Any] = [line_number]
    faults: list[Fault] = []
    for column, read in _READERS.items():
        text = row.get(column)
        if text is None:
            faults.append(_fault(line_number, column, "required", "is not in the line"))
            continue
        try:
            values.append(read(text, sales_format))
        except Unreadable as refusal:
            faults.append(_fault(line_number, column, refusal.code, refusal.detail))
    return tuple(faults) if faults else SalesLine._make(values)


def _fault(line_number: int, column: str, code: str, detail: str) -> Fault:
    return Fault(f"/{line_number}/{column}", code, detail)


# In the order of SalesLine's fields.
_READERS: dict[str, Callable[[str, SalesFormat], object]] = {
    "invoice": lambda text, _: fields.read_name(text),
    "stock_code": lambda text, _: fields.read_sku(text),
    "description": lambda text, _: fields.read_text(text),
    "quantity": lambda text, _: fields.read_quantity(text),
    "invoice_ts": lambda text, file: fields.read_moment(text, file.zone, file.timestamps),
    "unit_price": lambda text, _: fields.read_price(text),
    "customer_id": lambda text, _: fields.read_text(text),
}
