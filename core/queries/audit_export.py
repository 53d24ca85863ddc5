"""Exporting the audit trail as a sheet."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Iterator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import msgspec

from core.domain.access import Actor
from core.ports.documents import CellValue, SheetWriter
from core.queries.audit import AuditEntry, AuditFilter, AuditReader
from core.queries.catalogue_export import ExportedSheet, SheetFormat, content_of
from core.queries.paging import MAX_LIMIT

COLUMNS = (
    "at",
    "login",
    "name",
    "actor_id",
    "is_platform_owner",
    "address",
    "request_id",
    "action",
    "subject_type",
    "subject_id",
    "before",
    "after",
    "id",
    "agent",
    "reason",
)


class AuditExport:
    """Writes entries into a temporary file, so that neither their number nor a late fault troubles the answer."""

    def __init__(self, audit: AuditReader, writers: Mapping[SheetFormat, SheetWriter]) -> None:
        self._audit, self._writers = audit, writers

    async def __call__(self, actor: Actor, wanted: AuditFilter) -> ExportedSheet:
        """The entries as CSV, the newest first, what changed as JSON."""
        writer = self._writers[SheetFormat.CSV]
        rows = self._rows(actor, wanted, asyncio.get_running_loop())
        file: BinaryIO = TemporaryFile()  # noqa: SIM115  closed by whoever reads it
        try:
            await asyncio.to_thread(writer.write, file, COLUMNS, rows)
        except BaseException:
            file.close()
            raise
        return ExportedSheet(writer.media_type, f"audit{writer.suffix}", content_of(file))

    def _rows(self, actor: Actor, wanted: AuditFilter, loop: AbstractEventLoop) -> Iterator[Sequence[CellValue]]:
        """The rows for the writer in its thread, fetched page by page where the database lives."""
        cursor = None
        while True:
            page = asyncio.run_coroutine_threadsafe(
                self._audit.entries(actor, wanted, MAX_LIMIT, cursor), loop
            ).result()
            yield from map(_cells, page.items)
            cursor = page.next_cursor
            if cursor is None:
                return


def _cells(entry: AuditEntry) -> list[CellValue]:
    """One entry in the order of the columns."""
    return [
        entry.at,
        entry.actor.login,
        entry.actor.name,
        str(entry.actor.id),
        entry.actor.is_platform_owner,
        entry.origin.address if entry.origin else None,
        entry.origin.request_id if entry.origin else None,
        entry.action.value,
        entry.subject_type,
        entry.subject_id,
        _json(entry.before),
        _json(entry.after),
        str(entry.id),
        entry.agent,
        entry.reason,
    ]


def _json(fields: Mapping[str, Any] | None) -> str | None:
    return None if fields is None else msgspec.json.encode(fields).decode()
