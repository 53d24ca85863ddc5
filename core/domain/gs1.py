"""What a GS1 code carries beside the number of the article: the batch, the day it expires, the serial number, how many.

Application identifiers as in the GS1 General Specifications, section 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.domain.barcode import is_gtin, lookup_key
from core.domain.errors import Fault

LONGEST_BATCH = 20  # characters of a batch or a serial number, AI 10 and 21
MOST_COUNTED = 99_999_999  # AI 30

# The characters of GS1 set 82, which batch and serial numbers are written in.
_SET_82 = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Gs1Content:
    """One article in a GS1 code. `gtin` has 14 digits; `quantity` is a count of pieces, or a weight in kilograms."""

    gtin: str
    lot: str = ""
    expires_on: date | None = None
    serial: str = ""
    quantity: Decimal | None = None

    def elements(self) -> Iterator[tuple[str, str]]:
        """Its parts by application identifier, those of fixed length first, so that fewer separators are needed."""
        yield "01", self.gtin
        if self.expires_on:
            yield "17", f"{self.expires_on:%y%m%d}"
        if self.lot:
            yield "10", self.lot
        if self.serial:
            yield "21", self.serial
        if self.quantity is not None:
            yield "30", f"{self.quantity:f}"

    def bracketed(self) -> str:
        """As people read it: `(01)04006381333931(17)261231(10)AB-1`."""
        return "".join(f"({identifier}){value}" for identifier, value in self.elements())


def content_faults(pointer: str, content: Gs1Content) -> list[Fault]:
    """Why this cannot be put into a GS1 code."""
    faults = [
        Fault(
            f"{pointer}/{name}", "gs1_characters", f"has up to {LONGEST_BATCH} characters of GS1 set 82, and no others"
        )
        for name, value in (("lot", content.lot), ("serial", content.serial))
        if len(value) > LONGEST_BATCH or not _SET_82.issuperset(value)
    ]
    count = content.quantity
    if count is not None and not (count == count.to_integral_value() and 0 < count <= MOST_COUNTED):
        faults.append(Fault(f"{pointer}/quantity", "out_of_range", f"must be a whole number from 1 to {MOST_COUNTED}"))
    return faults


def gtin_14(code: str) -> str | None:
    """The code as a GTIN in 14 digits, None where it is none."""
    return lookup_key(code) if is_gtin(code) else None
