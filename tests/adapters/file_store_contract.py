"""What every store of files does, wherever it keeps them."""

import hashlib
import io
from collections.abc import Callable
from typing import TypeAlias
from uuid import UUID

import pytest

from core.ports.files import FileMissing, FileStore

COMPANY = UUID("01990000-0000-7000-8000-000000000001")
NEIGHBOUR = UUID("01990000-0000-7000-8000-000000000002")
INVOICE = b"%PDF-1.7 invoice " + bytes(range(256)) * 4_000
LARGE = b"%PDF-1.7 report " + bytes(range(256)) * 50_000  # 13 MB: more than any store sends or takes at once

Kept: TypeAlias = Callable[[], list[str]]
"""Says the names of all that a store holds, in order; each begins with its company."""


async def content_of(store: FileStore, company: UUID, digest: str) -> bytes:
    return b"".join([chunk async for chunk in await store.open(company, digest)])


class BrokenUpload(io.BytesIO):
    """Yields some content, then fails as an upload does whose sender is gone."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise ConnectionResetError("the sender is gone")
        return super().read(10)


class FileStoreContract:
    """Whoever subclasses it has the fixtures `store`, empty at first, and `kept`."""

    pytestmark = pytest.mark.anyio

    @pytest.mark.parametrize(
        "content", [b"", b"x", INVOICE, LARGE], ids=["nothing", "a byte", "a file", "a large file"]
    )
    async def test_what_is_kept_comes_back_unchanged_under_its_digest(self, store: FileStore, content: bytes) -> None:
        stored = await store.put(COMPANY, io.BytesIO(content))
        assert (stored.digest, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
        assert await content_of(store, COMPANY, stored.digest) == content

    async def test_what_follows_the_present_position_is_kept(self, store: FileStore) -> None:
        content = io.BytesIO(b"envelope" + INVOICE)
        content.seek(len(b"envelope"))
        stored = await store.put(COMPANY, content)
        assert await content_of(store, COMPANY, stored.digest) == INVOICE

    async def test_the_same_content_is_kept_once_per_company(self, store: FileStore, kept: Kept) -> None:
        for company in (COMPANY, COMPANY, NEIGHBOUR):
            await store.put(company, io.BytesIO(INVOICE))
        assert [name.partition("/")[0] for name in kept()] == [str(COMPANY), str(NEIGHBOUR)]

    async def test_a_company_does_not_reach_the_files_of_another(self, store: FileStore) -> None:
        digest = (await store.put(COMPANY, io.BytesIO(INVOICE))).digest
        with pytest.raises(FileMissing):
            await store.open(NEIGHBOUR, digest)
        await store.delete(NEIGHBOUR, digest)
        assert await content_of(store, COMPANY, digest) == INVOICE

    async def test_deleted_content_is_gone_and_deleting_twice_is_no_error(self, store: FileStore, kept: Kept) -> None:
        digest = (await store.put(COMPANY, io.BytesIO(INVOICE))).digest
        await store.delete(COMPANY, digest)
        await store.delete(COMPANY, digest)
        with pytest.raises(FileMissing):
            await store.open(COMPANY, digest)
        assert kept() == []

    async def test_what_is_deleted_while_somebody_reads_comes_whole_or_is_missing(self, store: FileStore) -> None:
        digest = (await store.put(COMPANY, io.BytesIO(LARGE))).digest
        chunks = await store.open(COMPANY, digest)
        await store.delete(COMPANY, digest)
        try:
            content = b"".join([chunk async for chunk in chunks])
        except FileMissing:
            return
        assert content == LARGE

    @pytest.mark.parametrize(
        "name", ["", "../../../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n", "/" + "a" * 63]
    )
    async def test_only_a_digest_names_a_file(self, store: FileStore, name: str) -> None:
        with pytest.raises(ValueError, match="hexadecimal"):
            await store.open(COMPANY, name)
        with pytest.raises(ValueError, match="hexadecimal"):
            await store.delete(COMPANY, name)

    async def test_an_upload_that_breaks_off_leaves_nothing_behind(self, store: FileStore, kept: Kept) -> None:
        with pytest.raises(ConnectionResetError):
            await store.put(COMPANY, BrokenUpload(INVOICE))
        assert kept() == []
