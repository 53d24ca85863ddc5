"""`pirwa import stock`: opening stock."""

import argparse
from datetime import date
from typing import Any

import msgspec

from adapters.postgres.engine import Database
from adapters.postgres.imports import PostgresImports
from adapters.postgres.stock_import import PostgresStockBooks
from apps.cli.imports.running import add_import, carry_out, reader, tell
from core.commands.stock_import import ImportStock, StockImport, StockImported
from core.domain.access import Actor
from core.ports.clock import SystemClock


def register(kinds: Any) -> None:
    command = add_import(kinds, "stock", "what lay at the sites at the beginning; safe to repeat")
    command.add_argument("--site", help="the site that the whole file is for (default: the site that each line names)")
    command.add_argument("--day", type=_day, help="the day at whose start it lay there, as 2026-01-31 (default: now)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    async def work(database: Database, actor: Actor) -> StockImported:
        bring_in = StockImport(PostgresImports(database, PostgresStockBooks), reader(), SystemClock())
        command = ImportStock(options.file, options.site, options.day, options.dry_run)
        return await bring_in(actor, command, tell)

    return carry_out(options, work, _as_text, msgspec.to_builtins)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date such as 2026-01-31") from None


def _as_text(done: StockImported) -> str:
    verb = "would be opened" if done.dry_run else "were opened"
    return (
        f"{done.lines:,} lines: {done.added:,} {verb} with {done.units:f} units,"
        f" {done.unchanged:,} are in the books already, {done.empty:,} say 0."
    )
