"""What the imports at the command line share: their options, their progress, and how an answer or a refusal is printed."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from adapters.postgres.engine import Database
from adapters.spreadsheets.limits import SheetLimits
from adapters.spreadsheets.reader import SpreadsheetReader
from apps.cli.errors import CommandError
from apps.cli.people import company_id, installer
from apps.cli.place import database_running, open_database, settings
from apps.settings import Settings
from core.domain.access import Actor
from core.domain.errors import DomainError, Fault

LIMITS = SheetLimits(unpacked_bytes=2_000_000_000)

Done = TypeVar("Done")
Work = Callable[[Database, Actor], Awaitable[Done]]


def add_import(kinds: Any, name: str, explanation: str) -> argparse.ArgumentParser:
    """The parser of an import with the options that all have."""
    command: argparse.ArgumentParser = kinds.add_parser(name, help=explanation)
    command.add_argument("file", type=Path, help="CSV, CSV.GZ or XLSX")
    command.add_argument("--company", required=True, help="company code")
    command.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    command.add_argument("--json", action="store_true", help="print the answer, or the refusal, as JSON")
    return command


def reader() -> SpreadsheetReader:
    """Reads files of the size that people bring to the command line themselves."""
    return SpreadsheetReader(LIMITS)


def carry_out(
    options: argparse.Namespace, work: Work[Done], as_text: Callable[[Done], str], as_json: Callable[[Done], Any]
) -> int:
    """Does the work in the company, as its administrator, and prints what came of it. The exit status is 1 if it was
    refused."""
    if not options.file.is_file():
        raise CommandError(f"there is no file {options.file}")
    with database_running(settings()) as running:
        try:
            done = asyncio.run(_in_company(running, options.company, work))
        except DomainError as refusal:
            print(file=sys.stderr)
            _print_refusal(refusal, as_json=options.json)
            return 1
    print(file=sys.stderr)
    print(msgspec.json.encode(as_json(done)).decode() if options.json else as_text(done))
    return 0


def tell(doing: str, lines: int) -> None:
    """Shows on one line of standard error what is under way."""
    print(f"\r{doing}: {lines:,} lines ", end="", file=sys.stderr, flush=True)


async def _in_company(running: Settings, company: str, work: Work[Done]) -> Done:
    async with open_database(running, statement_timeout="30min") as database:
        return await work(database, installer(await company_id(database, company), "admin"))


def _print_refusal(refusal: DomainError, *, as_json: bool) -> None:
    if as_json:
        faults = [{"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in refusal.faults]
        answer = {"code": refusal.code, "detail": refusal.detail, "faults": faults}
        print(msgspec.json.encode(answer).decode())
        return
    print(f"Nothing was imported: {_summary(refusal.faults) or refusal.detail or refusal.code}", file=sys.stderr)
    for fault in refusal.faults:
        print(f"  {_place(fault)}: {fault.detail}", file=sys.stderr)


def _summary(faults: Sequence[Fault]) -> str:
    return f"{len(faults):,} fault{'s' if len(faults) > 1 else ''}" if faults else ""


def _place(fault: Fault) -> str:
    """Line and column of a fault as people count them; what is no cell keeps its name."""
    parts = [part for part in fault.pointer.split("/") if part and part != "rows"]
    if parts[:1] == ["columns"]:
        return f"line 1, column {'/'.join(parts[1:])}"
    if not parts or not parts[0].isdecimal():
        return "/".join(parts) or "the file"
    return f"line {parts[0]}" + (f", column {parts[1]}" if parts[1:] else "")
