"""What each line of a sales file means for the stock: one posting kind, or one reason to leave it out.

A decision needs nothing but its line, so the same line is decided alike in every file that holds it.
"""

import re
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from core.domain.sales_import.lines import SalesLine
from core.domain.stock import PostingKind

# Five digits and at most two letters: articles of the shop. Everything else on its invoices is a charge or a note.
PRODUCT_CODE = re.compile(r"[0-9]{5}[A-Z]{0,2}")


class Skip(StrEnum):
    """Why a line moves no stock."""

    BAD_DEBT = "bad_debt"
    POSTAGE = "postage"
    MANUAL = "manual"
    DISCOUNT = "discount"
    FEE = "fee"
    SAMPLES = "samples"
    ACCOUNT_ADJUSTMENT = "account_adjustment"
    GIFT_VOUCHER = "gift_voucher"
    TEST = "test"
    UNKNOWN_CODE = "unknown_code"
    NEGATIVE_PRICE = "negative_price"
    NO_QUANTITY = "no_quantity"
    ALREADY_IMPORTED = "already_imported"
    DIFFERS_FROM_IMPORTED = "differs_from_imported"


Decision: TypeAlias = PostingKind | Skip


def classify(line: SalesLine, product_code: re.Pattern[str] = PRODUCT_CODE) -> Decision:
    """The one decision for the line. `product_code` must match the whole of a code, in capitals."""
    letter = _invoice_letter(line.invoice)
    if letter == "A":
        return Skip.BAD_DEBT
    if product_code.fullmatch(line.sku) is None:
        return _reason_to_skip(line.sku)
    if line.quantity == 0:
        return Skip.NO_QUANTITY
    if line.unit_price < 0:
        return Skip.NEGATIVE_PRICE
    if line.quantity < 0:
        return PostingKind.CUSTOMER_RETURN if letter == "C" else PostingKind.ADJUSTMENT
    return PostingKind.ADJUSTMENT if _was_found(line) else PostingKind.SALE


def stock_change(line: SalesLine, kind: PostingKind) -> Decimal:
    """Units that the line adds to the stock (negative: takes from it).

    Invoices count what the customer gets, so a sale's quantity leaves; adjustments count the stock itself.
    """
    return line.quantity if kind is PostingKind.ADJUSTMENT else -line.quantity


def names_goods(description: str) -> bool:
    """Whether a description names an article rather than being a remark such as "found" or "?"."""
    return _GOODS_NAME.search(description) is not None


def _invoice_letter(invoice: str) -> str:
    """ "C" for a cancellation, "A" for an entry of the accounts, else ""."""
    letter = invoice[0].upper()
    return letter if letter in "AC" and invoice[1:].isdecimal() else ""


def _was_found(line: SalesLine) -> bool:
    """Whether a positive line puts goods into stock: no price, no customer, and nothing said but a remark."""
    return line.unit_price == 0 and not line.customer and not names_goods(line.description)


def _reason_to_skip(code: str) -> Skip:
    return next((reason for pattern, reason in _NO_GOODS if pattern.fullmatch(code)), Skip.UNKNOWN_CODE)


# The shop writes the names of goods in capitals ("WHITE CHERRY LIGHTS") and its staff remarks in small letters.
_GOODS_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ]{3}")

_NO_GOODS = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        ("POST|DOT|C2", Skip.POSTAGE),
        ("M", Skip.MANUAL),
        ("D", Skip.DISCOUNT),
        ("BANK CHARGES|AMAZONFEE", Skip.FEE),
        ("S", Skip.SAMPLES),
        ("ADJUST[0-9]*", Skip.ACCOUNT_ADJUSTMENT),
        ("B", Skip.BAD_DEBT),
        ("GIFT(_.*)?", Skip.GIFT_VOUCHER),
        ("TEST[0-9]*", Skip.TEST),
    )
)
