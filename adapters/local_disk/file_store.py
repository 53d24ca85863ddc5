"""Files of companies on a local disk, named by their content."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO
from uuid import UUID

from adapters.stored_files import CHUNK_SIZE, copy, path_of
from core.ports.files import FileMissing, StoredFile


class LocalDiskStore:
    """Keeps `<root>/<company>/<2 digits>/<2 digits>/<digest>`; all work on the disk is done in threads.

    Content arrives under a temporary name in the company's folder and is renamed once it is safely written,
    so a digest never names half a file. A crash in between leaves only a file `incoming-…` behind.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, company_id: UUID, content: BinaryIO) -> StoredFile:
        return await asyncio.to_thread(self._put, company_id, content)

    async def open(self, company_id: UUID, digest: str) -> AsyncIterator[bytes]:
        path = self._path(company_id, digest)
        if not await asyncio.to_thread(path.is_file):
            raise _missing(digest)
        return _chunks(path)

    async def delete(self, company_id: UUID, digest: str) -> None:
        path = self._path(company_id, digest)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def _put(self, company_id: UUID, content: BinaryIO) -> StoredFile:
        folder = self._company_folder(company_id)
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix="incoming-", delete=False) as incoming:
            try:
                stored = copy(content, incoming)
                os.fsync(incoming.fileno())
                self._publish(Path(incoming.name), self._path(company_id, stored.digest))
            except BaseException:
                Path(incoming.name).unlink(missing_ok=True)
                raise
        return stored

    def _publish(self, incoming: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        incoming.replace(target)
        for folder in target.parents:
            _sync_folder(folder)
            if folder == self._root:
                break

    def _path(self, company_id: UUID, digest: str) -> Path:
        return self._root / path_of(company_id, digest)

    def _company_folder(self, company_id: UUID) -> Path:
        return self._root / str(company_id)


def _sync_folder(folder: Path) -> None:
    """Makes the names in a folder survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _missing(digest: str) -> FileMissing:
    return FileMissing("file_missing", "the file is not in the store", details={"digest": digest})


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except FileNotFoundError as fault:
        raise _missing(path.name) from fault
    with file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_SIZE):
            yield chunk
