"""Barcodes of products: GTINs, whose check digit is verified, and codes that a company makes up."""

from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import Invalid

GTIN_LENGTHS = (8, 12, 13, 14)
LONGEST_CUSTOM_CODE = 48


class BarcodeKind(StrEnum):
    GTIN = "gtin"
    """EAN-8, UPC-A (12 digits), EAN-13 or GTIN-14."""

    CUSTOM = "custom"
    """A company's own code: 1 to 48 printable ASCII characters, no space at either end."""


@dataclass(frozen=True, slots=True)
class Barcode:
    """A valid barcode, spelt as on the pack: leading zeros are part of it.

    Anything else raises `Invalid`; for a wrong check digit the details hold the right `check_digit`.
    """

    kind: BarcodeKind
    code: str

    def __post_init__(self) -> None:
        if self.kind is BarcodeKind.GTIN:
            _require_gtin(self.code)
        else:
            _require_custom(self.code)

    @property
    def key(self) -> str:
        """What the code is found and kept unique by; see `lookup_key`."""
        return lookup_key(self.code)

    @property
    def in_store(self) -> bool:
        """Whether the number is unique only within one company or region, not worldwide."""
        return self.kind is BarcodeKind.CUSTOM or _has_restricted_prefix(self.key)


def parse_gtin(text: str) -> Barcode:
    """The GTIN in `text`, ignoring white space around it. Raises `Invalid`."""
    return Barcode(BarcodeKind.GTIN, text.strip())


def lookup_key(text: str) -> str:
    """One spelling for all codes that mean the same: a GTIN in 14 digits, any other text as it is.

    A UPC-A and the EAN-13 that scanners make of it by a leading zero share a key. The spelling alone decides,
    so a company's own code that happens to be a valid GTIN is found under the same key as that GTIN.
    """
    return text.zfill(14) if is_gtin(text) else text


def check_digit(digits: str) -> str:
    """The last digit of a GTIN whose other digits are given: weights 3 and 1 from the right, modulo 10."""
    weighted = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def is_gtin(text: str) -> bool:
    """Whether it has the form of a GTIN and the right check digit."""
    return _has_gtin_form(text) and check_digit(text[:-1]) == text[-1]


def _has_gtin_form(text: str) -> bool:
    return len(text) in GTIN_LENGTHS and text.isascii() and text.isdigit()


def _require_gtin(code: str) -> None:
    if not (code.isascii() and code.isdigit()):
        raise Invalid("gtin_characters", "a GTIN has digits only")
    if len(code) not in GTIN_LENGTHS:
        raise Invalid("gtin_length", f"a GTIN has 8, 12, 13 or 14 digits, not {len(code)}")
    right = check_digit(code[:-1])
    if code[-1] != right:
        detail = f"the last digit of {code} should be {right}, or another digit is wrong"
        raise Invalid("gtin_check_digit", detail, details={"check_digit": right})


def _require_custom(code: str) -> None:
    if not 1 <= len(code) <= LONGEST_CUSTOM_CODE:
        raise Invalid("custom_length", f"a code has 1 to {LONGEST_CUSTOM_CODE} characters, not {len(code)}")
    if not (code.isascii() and code.isprintable()) or code != code.strip():
        raise Invalid("custom_characters", "a code has printable ASCII characters only, and no space at either end")


def _has_restricted_prefix(gtin_14: str) -> bool:
    """GS1 leaves prefixes 02, 04 and 2 to shops; among numbers of 8 digits those that begin with 0 or 2."""
    if gtin_14.startswith("000000"):
        return gtin_14[6] in "02"
    return gtin_14[1] == "2" or gtin_14[1:3] in ("02", "04")
