"""`pirwa import sales`: a shop's invoice lines, reconciled to the last one."""

import argparse
import re
from typing import Any

from adapters.postgres.engine import Database
from adapters.postgres.imports import PostgresImports
from adapters.postgres.sales_import import PostgresSalesBooks
from apps.cli.imports.running import add_import, carry_out, reader, tell
from core.commands.sales_import import ImportSales, SalesImport, SalesImported
from core.domain.access import Actor
from core.domain.sales_import import PRODUCT_CODE, TimestampStyle
from core.ports.clock import SystemClock

HEADER = ("bucket", "lines", "quantity", "value", "units in", "units out", "value in", "value out")


def register(kinds: Any) -> None:
    explanation = "invoice lines: adds unknown products and opening stock; safe to repeat"
    command = add_import(kinds, "sales", explanation)
    command.add_argument("--site", help="site code (default: the only site)")
    command.add_argument("--time-zone", help="of the file's times (default: the company's)")
    command.add_argument("--timestamps", type=TimestampStyle, choices=list(TimestampStyle), default=TimestampStyle.ISO)
    command.add_argument(
        "--product-codes", type=_pattern, default=PRODUCT_CODE, help="pattern of the codes of products"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    async def work(database: Database, actor: Actor) -> SalesImported:
        bring_in = SalesImport(PostgresImports(database, PostgresSalesBooks), reader(), SystemClock())
        command = ImportSales(
            options.file, options.site, options.time_zone, options.timestamps, options.product_codes, options.dry_run
        )
        return await bring_in(actor, command, tell)

    return carry_out(options, work, _as_text, SalesImported.as_dict)


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text} is no regular expression: {error}") from None


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
    counts = f"{done.products_created} products and {done.postings} postings {verb}"
    lines.append(f"{counts}; opening stock of {done.units_opened:f} units.")
    return "\n".join(lines)
