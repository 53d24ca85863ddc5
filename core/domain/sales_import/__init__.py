"""Reading a shop's sales file: lines, what each means for the stock, and the postings they become.

Everything here is a pure function or a counter; nothing reads files or knows the ledger.
"""

from core.domain.sales_import.decisions import PRODUCT_CODE, Decision, Skip, classify, stock_change
from core.domain.sales_import.fields import Moment, TimestampStyle
from core.domain.sales_import.lines import SalesFormat, SalesLine, check_header, parse_line
from core.domain.sales_import.opening import Change, opening_postings, opening_stock, posting_changes
from core.domain.sales_import.postings import (
    ImportedPosting,
    Slip,
    in_posting_order,
    slip_reference,
    slips,
    source_of,
    to_posting,
)
from core.domain.sales_import.products import ImportedProduct, ProductSheet
from core.domain.sales_import.reconciliation import Reconciliation, Tally
from core.domain.sales_import.settlement import MoveKey, Settlement, settle

__all__ = [
    "PRODUCT_CODE",
    "Change",
    "Decision",
    "ImportedPosting",
    "ImportedProduct",
    "Moment",
    "MoveKey",
    "ProductSheet",
    "Reconciliation",
    "SalesFormat",
    "SalesLine",
    "Settlement",
    "Skip",
    "Slip",
    "Tally",
    "TimestampStyle",
    "check_header",
    "classify",
    "in_posting_order",
    "opening_postings",
    "opening_stock",
    "parse_line",
    "posting_changes",
    "settle",
    "slip_reference",
    "slips",
    "source_of",
    "stock_change",
    "to_posting",
]
