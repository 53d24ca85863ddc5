"""Article numbers that a company gives itself: GTINs of 13 digits with a prefix that GS1 leaves to shops."""

from typing import Literal

from core.domain.barcode import Barcode, check_digit, parse_gtin
from core.domain.errors import Conflict

Prefix = Literal["20", "21", "22", "23", "24", "25", "26", "27", "28", "29"]
_DIGITS = 10  # that count, between prefix and check digit


def in_house_code(prefix: Prefix, number: int) -> Barcode:
    """The code of this number, counted from 0. Raises Conflict `codes_used_up` beyond the last."""
    digits = f"{number:0{_DIGITS}d}"
    if len(digits) > _DIGITS:
        raise Conflict("codes_used_up", f"all codes that begin with {prefix} are taken")
    return parse_gtin(f"{prefix}{digits}{check_digit(prefix + digits)}")


def number_of(code: str) -> int:
    """The number in a code of 13 or 14 digits that `in_house_code` made."""
    return int(code[-_DIGITS - 1 : -1])
