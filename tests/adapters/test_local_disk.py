"""Files of companies on disk: kept whole or not at all, each company's apart."""

import asyncio
import hashlib
import io
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest

from adapters.local_disk.file_store import CHUNK_SIZE, LocalDiskStore
from core.ports.files import FileMissing, FileStore

COMPANY = UUID("01990000-0000-7000-8000-000000000001")
NEIGHBOUR = UUID("01990000-0000-7000-8000-000000000002")
INVOICE = b"%PDF-1.7 invoice " + bytes(3 * CHUNK_SIZE)

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


async def content_of(store: FileStore, company: UUID, digest: str) -> bytes:
    return b"".join([chunk async for chunk in await store.open(company, digest)])


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def store(tmp_path: Path) -> LocalDiskStore:
    return LocalDiskStore(tmp_path)


@pytest.mark.parametrize("content", [b"", b"x", INVOICE])
def test_what_is_kept_comes_back_unchanged_under_its_digest(store: LocalDiskStore, content: bytes) -> None:
    stored = run(store.put(COMPANY, io.BytesIO(content)))
    assert (stored.digest, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert run(content_of(store, COMPANY, stored.digest)) == content


def test_the_same_content_is_kept_once_per_company(store: LocalDiskStore, tmp_path: Path) -> None:
    for company in (COMPANY, COMPANY, NEIGHBOUR):
        run(store.put(company, io.BytesIO(INVOICE)))
    assert sorted(path.relative_to(tmp_path).parts[0] for path in files_below(tmp_path)) == [
        str(COMPANY),
        str(NEIGHBOUR),
    ]


def test_a_company_does_not_reach_the_files_of_another(store: LocalDiskStore) -> None:
    digest = run(store.put(COMPANY, io.BytesIO(INVOICE))).digest
    with pytest.raises(FileMissing):
        run(store.open(NEIGHBOUR, digest))
    run(store.delete(NEIGHBOUR, digest))
    assert run(content_of(store, COMPANY, digest)) == INVOICE


def test_deleted_content_is_gone_and_deleting_twice_is_no_error(store: LocalDiskStore, tmp_path: Path) -> None:
    digest = run(store.put(COMPANY, io.BytesIO(INVOICE))).digest
    run(store.delete(COMPANY, digest))
    run(store.delete(COMPANY, digest))
    with pytest.raises(FileMissing):
        run(store.open(COMPANY, digest))
    assert files_below(tmp_path) == []


def test_content_deleted_between_asking_and_reading_is_reported_as_missing(store: LocalDiskStore) -> None:
    async def scene() -> None:
        digest = (await store.put(COMPANY, io.BytesIO(INVOICE))).digest
        chunks = await store.open(COMPANY, digest)
        await store.delete(COMPANY, digest)
        with pytest.raises(FileMissing):
            await anext(chunks)

    run(scene())


@pytest.mark.parametrize(
    "name", ["", "../../../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "/" + "a" * 63]
)
def test_only_a_digest_names_a_file(store: LocalDiskStore, name: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        run(store.open(COMPANY, name))
    with pytest.raises(ValueError, match="hexadecimal"):
        run(store.delete(COMPANY, name))


class BrokenUpload(io.BytesIO):
    """Yields some content, then fails as an upload does whose sender is gone."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise ConnectionResetError("the sender is gone")
        return super().read(10)


def test_an_upload_that_breaks_off_leaves_nothing_behind(store: LocalDiskStore, tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError):
        run(store.put(COMPANY, BrokenUpload(INVOICE)))
    assert files_below(tmp_path) == []


def test_no_digest_names_a_file_before_all_of_it_is_written(store: LocalDiskStore, tmp_path: Path) -> None:
    names_while_writing: list[str] = []

    class WatchedUpload(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            names_while_writing.extend(path.name for path in files_below(tmp_path))
            return super().read(size)

    run(store.put(COMPANY, WatchedUpload(INVOICE)))
    assert names_while_writing
    assert all(name.startswith("incoming-") for name in names_while_writing)


def test_content_and_all_names_on_the_way_to_it_are_forced_to_disk(
    store: LocalDiskStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[int] = []
    force = os.fsync

    def watched_force(descriptor: int) -> None:
        forced.append(os.fstat(descriptor).st_ino)
        force(descriptor)

    monkeypatch.setattr(os, "fsync", watched_force)
    run(store.put(COMPANY, io.BytesIO(INVOICE)))
    (file,) = files_below(tmp_path)
    folders = [folder for folder in file.parents if folder.is_relative_to(tmp_path)]
    assert forced == [path.stat().st_ino for path in [file, *folders]]
