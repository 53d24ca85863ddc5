"""`pirwa import`: brings in what a shop has."""

import argparse
import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import msgspec

from adapters.postgres.imports import PostgresImports
from adapters.postgres.sales_import import PostgresSalesBooks
from adapters.spreadsheets.limits import SheetLimits
from adapters.spreadsheets.reader import SpreadsheetReader
from apps.cli.errors import CommandError
from apps.cli.people import company_id, installer
from apps.cli.place import database_running, open_database, settings
from apps.settings import Settings
from core.commands.sales_import import ImportSales, SalesImport, SalesImported
from core.domain.errors import DomainError
from core.domain.sales_import import PRODUCT_CODE, TimestampStyle
from core.ports.clock import SystemClock

LIMITS = SheetLimits(unpacked_bytes=2_000_000_000)
HEADER = ("bucket", "lines", "quantity", "value", "units in", "units out", "value in", "value out")


def register(commands: Any) -> None:
    kinds = commands.add_parser("import", help="bring in what a shop has").add_subparsers(required=True)
    sales = kinds.add_parser("sales", help="invoice lines: adds unknown products and opening stock; safe to repeat")
    sales.add_argument("file", type=Path, help="CSV, CSV.GZ or XLSX")
    sales.add_argument("--company", required=True, help="company code")
    sales.add_argument("--site", help="site code (default: the only site)")
    sales.add_argument("--time-zone", help="of the file's times (default: the company's)")
    sales.add_argument("--timestamps", type=TimestampStyle, choices=list(TimestampStyle), default=TimestampStyle.ISO)
    sales.add_argument(
        "--product-codes", type=re.compile, default=PRODUCT_CODE, help="pattern of the codes of products"
    )
    sales.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    sales.add_argument("--json", action="store_true", help="print the reconciliation as JSON")
    sales.set_defaults(run=run_sales)


def run_sales(options: argparse.Namespace) -> int:
    if not options.file.is_file():
        raise CommandError(f"there is no file {options.file}")
    with database_running(settings()) as running:
        try:
            done = asyncio.run(_import_sales(running, options))
        except DomainError as error:
            _print_faults(error)
            return 1
    print(file=sys.stderr)
    print(msgspec.json.encode(done.as_dict()).decode() if options.json else _as_text(done))
    return 0


async def _import_sales(running: Settings, options: argparse.Namespace) -> SalesImported:
    command = ImportSales(
        options.file, options.site, options.time_zone, options.timestamps, options.product_codes, options.dry_run
    )
    async with open_database(running, statement_timeout="30min") as database:
        actor = installer(await company_id(database, options.company), "admin")
        work = SalesImport(PostgresImports(database, PostgresSalesBooks), SpreadsheetReader(LIMITS), SystemClock())
        return await work(actor, command, _tell)


def _tell(doing: str, lines: int) -> None:
    print(f"\r{doing}: {lines:,} lines ", end="", file=sys.stderr, flush=True)


def _print_faults(error: DomainError) -> None:
    print(f"\nNothing was imported: {error.detail or error.code}", file=sys.stderr)
    for fault in error.faults:
        print(f"  {fault.pointer}: {fault.detail}", file=sys.stderr)


def _as_text(done: SalesImported) -> str:
    table = [HEADER, *done.reconciliation.rows()]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADER))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in table
    ]
    verb = "would be added" if done.dry_run else "were added"
    units = f"{sum(done.opened.values()):f}"
    lines.append(
        f"{done.products_created} products and {done.postings} postings {verb}; opening stock of {units} units."
    )
    return "\n".join(lines)
