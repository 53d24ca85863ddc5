"""Files of companies in a bucket of an S3 service, named by their content."""

import asyncio
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO
from uuid import UUID

import obstore

from adapters.s3.service import CHUNK_SIZE, PART_SIZE, bucket_at, reachable
from adapters.stored_files import copy, path_of
from core.ports.files import StoredFile


class BucketStore:
    """`FileStore` that keeps `<prefix>/<company>/<2 digits>/<2 digits>/<digest>`, the names that the local disk has too.

    Content is put in one step, so a digest never names half a file. While the service cannot be reached, everything raises `Busy`.
    """

    def __init__(self, url: str) -> None:
        """`url` is `s3://bucket` or `s3://bucket/prefix`."""
        self._bucket = bucket_at(url)

    async def put(self, company_id: UUID, content: BinaryIO) -> StoredFile:
        with SpooledTemporaryFile(max_size=PART_SIZE) as kept:
            stored = await asyncio.to_thread(copy, content, kept)
            kept.seek(0)
            path = path_of(company_id, stored.digest)
            with reachable():
                await obstore.put_async(self._bucket, path, kept, chunk_size=PART_SIZE, max_concurrency=2)
        return stored

    async def open(self, company_id: UUID, digest: str) -> AsyncIterator[bytes]:
        path = path_of(company_id, digest)
        with reachable(digest):
            found = await obstore.get_async(self._bucket, path)
            size = found.meta["size"]
            if size <= CHUNK_SIZE:
                return _at_once(bytes(await found.bytes_async()))
        return self._chunks(path, digest, size)

    async def delete(self, company_id: UUID, digest: str) -> None:
        path = path_of(company_id, digest)
        with reachable():
            await obstore.delete_async(self._bucket, path)

    async def _chunks(self, path: str, digest: str, size: int) -> AsyncIterator[bytes]:
        """Each chunk by a request of its own: whoever reads slowly outlasts no answer."""
        for start in range(0, size, CHUNK_SIZE):
            with reachable(digest):
                chunk = await obstore.get_range_async(
                    self._bucket, path, start=start, end=min(start + CHUNK_SIZE, size)
                )
            yield bytes(chunk)


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    if content:
        yield content
