"""What backups rely on, wherever the files of all companies are kept."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from adapters.stored_files import AllFiles, path_of, paths_in
from core.ports.files import FileStore
from tests.adapters.file_store_contract import COMPANY, INVOICE, LARGE, NEIGHBOUR, content_of

Leave: TypeAlias = Callable[[str, bytes], None]
"""Puts content under a name, past all rules."""

WRONG = path_of(NEIGHBOUR, "ab" * 32)


class AllFilesContract:
    """Whoever subclasses it has the fixtures `store` and `all_files` of one place that is empty at first, and `leave` for that place."""

    pytestmark = pytest.mark.anyio

    async def test_the_files_of_all_companies_are_copied_and_come_back_as_they_were(
        self, store: FileStore, all_files: AllFiles, tmp_path: Path
    ) -> None:
        """Seen to fail when files were brought back under their digest alone."""
        kept = [(company, await store.put(company, io.BytesIO(INVOICE))) for company in (COMPANY, NEIGHBOUR)]
        kept.append((COMPANY, await store.put(COMPANY, io.BytesIO(LARGE))))
        paths = {path_of(company, file.digest) for company, file in kept}
        assert all_files.paths() == paths
        all_files.copy_to(tmp_path / "copy")
        assert set(paths_in(tmp_path / "copy")) == paths
        for company, file in kept:
            await store.delete(company, file.digest)
        assert all_files.paths() == set()
        assert all_files.bring_from(tmp_path / "copy") == 3
        assert [await content_of(store, company, file.digest) for company, file in kept] == [INVOICE, INVOICE, LARGE]
        assert all_files.damaged() == []

    async def test_what_is_there_already_is_not_copied_again(
        self, store: FileStore, all_files: AllFiles, tmp_path: Path
    ) -> None:
        """A backup copies twice, and the second time only what came meanwhile."""
        stored = await store.put(COMPANY, io.BytesIO(INVOICE))
        all_files.copy_to(tmp_path)
        copy = tmp_path / path_of(COMPANY, stored.digest)
        copy.write_bytes(b"as it was")
        later = await store.put(COMPANY, io.BytesIO(b"came meanwhile"))
        all_files.copy_to(tmp_path)
        assert copy.read_bytes() == b"as it was"
        assert (tmp_path / path_of(COMPANY, later.digest)).read_bytes() == b"came meanwhile"
        assert all_files.bring_from(tmp_path) == 2
        assert await content_of(store, COMPANY, stored.digest) == INVOICE

    async def test_a_file_whose_content_is_not_what_its_name_says_is_named(
        self, store: FileStore, all_files: AllFiles, leave: Leave
    ) -> None:
        await store.put(COMPANY, io.BytesIO(INVOICE))
        leave(WRONG, b"something else")
        assert all_files.damaged() == [WRONG]

    async def test_what_else_lies_there_is_left_alone(self, all_files: AllFiles, leave: Leave, tmp_path: Path) -> None:
        """A file that was never finished, or what others keep in the same bucket."""
        for name in (
            f"{COMPANY}/incoming-x",
            f"{COMPANY}/ab/cd/{'ab' * 32}",
            f"{COMPANY}/ab/ab/incoming-{'ab' * 32}",
            "notes.txt",
        ):
            leave(name, b"not ours")
        assert all_files.paths() == set()
        all_files.copy_to(tmp_path / "copy")
        assert not (tmp_path / "copy").exists()
