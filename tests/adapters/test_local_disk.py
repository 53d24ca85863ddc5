"""Files of companies on disk: kept whole or not at all, each company's apart."""

import io
import os
from pathlib import Path

import pytest

from adapters.local_disk.all_files import AllFilesOnDisk
from adapters.local_disk.file_store import LocalDiskStore
from adapters.stored_files import path_of
from core.ports.files import FileMissing
from tests.adapters.all_files_contract import AllFilesContract, Leave
from tests.adapters.file_store_contract import COMPANY, INVOICE, FileStoreContract, Kept

pytestmark = pytest.mark.anyio


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def store(tmp_path: Path) -> LocalDiskStore:
    return LocalDiskStore(tmp_path)


class TestLocalDiskStore(FileStoreContract):
    @pytest.fixture
    def kept(self, tmp_path: Path) -> Kept:
        return lambda: sorted(path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path))


class TestAllFilesOnDisk(AllFilesContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalDiskStore:
        return LocalDiskStore(tmp_path / "files")

    @pytest.fixture
    def all_files(self, tmp_path: Path) -> AllFilesOnDisk:
        return AllFilesOnDisk(tmp_path / "files")

    @pytest.fixture
    def leave(self, tmp_path: Path) -> Leave:
        def leave(name: str, content: bytes) -> None:
            file = tmp_path / "files" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

        return leave

    def test_what_is_gone_when_its_turn_comes_is_not_missed(self, tmp_path: Path) -> None:
        """Seen to fail when the backup ended with it: a picture that was replaced meanwhile."""
        gone = tmp_path / "files" / path_of(COMPANY, "ab" * 32)
        gone.parent.mkdir(parents=True)
        gone.symlink_to(tmp_path / "nothing")
        AllFilesOnDisk(tmp_path / "files").copy_to(tmp_path / "copy")
        assert files_below(tmp_path / "copy") == []


async def test_content_deleted_between_asking_and_reading_is_reported_as_missing(store: LocalDiskStore) -> None:
    digest = (await store.put(COMPANY, io.BytesIO(INVOICE))).digest
    chunks = await store.open(COMPANY, digest)
    await store.delete(COMPANY, digest)
    with pytest.raises(FileMissing):
        await anext(chunks)


async def test_no_digest_names_a_file_before_all_of_it_is_written(store: LocalDiskStore, tmp_path: Path) -> None:
    names_while_writing: list[str] = []

    class WatchedUpload(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            names_while_writing.extend(path.name for path in files_below(tmp_path))
            return super().read(size)

    await store.put(COMPANY, WatchedUpload(INVOICE))
    assert names_while_writing
    assert all(name.startswith("incoming-") for name in names_while_writing)


async def test_content_and_all_names_on_the_way_to_it_are_forced_to_disk(
    store: LocalDiskStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[int] = []
    force = os.fsync

    def watched_force(descriptor: int) -> None:
        forced.append(os.fstat(descriptor).st_ino)
        force(descriptor)

    monkeypatch.setattr(os, "fsync", watched_force)
    await store.put(COMPANY, io.BytesIO(INVOICE))
    (file,) = files_below(tmp_path)
    folders = [folder for folder in file.parents if folder.is_relative_to(tmp_path)]
    assert forced == [path.stat().st_ino for path in [file, *folders]]
