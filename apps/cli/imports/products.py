"""`pirwa import products`: creates and updates products by SKU."""

import argparse
from typing import Any

import msgspec

from adapters.postgres.engine import Database
from adapters.postgres.uow import PostgresRun
from apps.cli.imports.running import add_import, carry_out, reader, tell
from core.commands.catalogue_import import ImportReport, ProductImport
from core.domain.access import Actor


def register(kinds: Any) -> None:
    command = add_import(kinds, "products", "create and update products by SKU; safe to repeat")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    async def work(database: Database, actor: Actor) -> ImportReport:
        bring_in = ProductImport(PostgresRun(database), reader())
        return await bring_in(
            actor,
            options.file,
            options.file.name,
            dry_run=options.dry_run,
            progress=lambda lines: tell("checking", lines),
        )

    return carry_out(options, work, _as_text, msgspec.to_builtins)


def _as_text(done: ImportReport) -> str:
    verb = "would be" if done.dry_run else "were"
    return (
        f"{done.created:,} products {verb} created and {done.updated:,} changed; {done.unchanged:,} are as they were."
        f" {done.categories_created:,} categories {verb} added."
    )
