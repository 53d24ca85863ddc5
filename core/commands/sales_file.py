"""Reading a file of sales: every line understood and decided, or every fault of every line named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.domain.errors import Fault, refuse_if
from core.domain.sales_import import (
    PRODUCT_CODE,
    ProductSheet,
    Reconciliation,
    SalesFormat,
    SalesLine,
    Skip,
    check_header,
    classify,
    in_posting_order,
    parse_line,
)
from core.domain.sales_import.postings import DecidedLine
from core.domain.stock import CLOCK_TOLERANCE
from core.ports.documents import SheetReader, UnreadableSheet
from core.ports.imports import Progress

PROGRESS_STEP = 20_000


@dataclass(frozen=True, slots=True)
class SalesReading:
    """How a file is read: as of which moment, in which format, and which codes are products."""

    now: datetime
    format: SalesFormat
    product_code: re.Pattern[str] = PRODUCT_CODE


@dataclass(slots=True)
class SalesFile:
    """What a file says: the lines that move stock in posting order, its products, and the count of all its lines."""

    lines: Sequence[DecidedLine] = ()
    products: ProductSheet = field(default_factory=ProductSheet)
    report: Reconciliation = field(default_factory=Reconciliation)


def read_sales(sheets: SheetReader, path: Path, reading: SalesReading, progress: Progress) -> SalesFile:
    """Reads the whole file. Raises `Invalid` with the faults of all lines. A pointer is `/<line number>/<column>`."""
    file, faults, lines = SalesFile(), list[Fault](), list[DecidedLine]()
    try:
        with sheets.open(path, path.name) as sheet:
            refuse_if(check_header(sheet.header), "invalid_sales_file")
            width = len(sheet.header)
            for number, cells in sheet.rows:
                if number % PROGRESS_STEP == 0:
                    progress("reading", number)
                line = parse_line(number, dict(zip(sheet.header, cells, strict=False)), reading.format)
                if not isinstance(line, SalesLine):
                    faults += line
                elif found := _misplaced(line, len(cells) - width, reading.now):
                    faults += found
                else:
                    _decide(line, reading.product_code, file, lines)
    except UnreadableSheet as damage:
        if not faults:
            raise
        faults.append(Fault("", damage.code, damage.detail))
    refuse_if(faults, "invalid_sales_file")
    file.lines = in_posting_order(lines)
    return file


def _misplaced(line: SalesLine, surplus: int, now: datetime) -> list[Fault]:
    """What is wrong with a line whose fields are sound."""
    faults = []
    if surplus > 0:
        faults.append(Fault(f"/{line.line_number}", "too_many_cells", "has more cells than the header has columns"))
    if line.moment.utc > now + CLOCK_TOLERANCE:
        faults.append(Fault(f"/{line.line_number}/invoice_ts", "in_the_future", "lies in the future"))
    return faults


def _decide(line: SalesLine, product_code: re.Pattern[str], file: SalesFile, lines: list[DecidedLine]) -> None:
    file.report.read(line)
    decision = classify(line, product_code)
    if isinstance(decision, Skip):
        file.report.settled(line, decision)
    else:
        file.products.add(line)
        lines.append((line, decision))
