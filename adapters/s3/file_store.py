"""Files of companies in a bucket of an S3 service, named by their content.

Whoever runs Pirwa sets the bucket; address, region and credentials of the service are read from the environment, under the names that
all programs for S3 know (`AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID` …).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import BinaryIO
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from adapters.stored_files import copy, path_of
from core.domain.errors import Busy
from core.ports.files import FileMissing, StoredFile

CHUNK_SIZE = 4 * 1024 * 1024  # bytes that are read at once
PART_SIZE = (
    8 * 1024 * 1024
)  # bytes that are sent at once: S3 refuses parts of less than 5 MiB. A larger upload waits on disk for its name

_PATIENCE = timedelta(seconds=10)
_RETRY_AFTER = 5  # seconds

_logger = logging.getLogger(__name__)


class BucketStore:
    """`FileStore` that keeps `<prefix>/<company>/<2 digits>/<2 digits>/<digest>`, the names that the local disk has too.

    Content is put in one step, so a digest never names half a file. While the service cannot be reached, everything raises `Busy`.
    """

    def __init__(self, url: str) -> None:
        """`url` is `s3://bucket` or `s3://bucket/prefix`."""
        self._bucket = S3Store.from_url(
            url,
            client_options={
                "allow_http": True,  # where the operator says so by the address
                "timeout": timedelta(seconds=30),
                "connect_timeout": timedelta(seconds=3),
            },
            retry_config={"max_retries": 4, "retry_timeout": _PATIENCE},
        )

    async def put(self, company_id: UUID, content: BinaryIO) -> StoredFile:
        with SpooledTemporaryFile(max_size=PART_SIZE) as kept:
            stored = await asyncio.to_thread(copy, content, kept)
            kept.seek(0)
            path = path_of(company_id, stored.digest)
            with _reachable():
                await obstore.put_async(self._bucket, path, kept, chunk_size=PART_SIZE, max_concurrency=2)
        return stored

    async def open(self, company_id: UUID, digest: str) -> AsyncIterator[bytes]:
        path = path_of(company_id, digest)
        with _reachable(digest):
            found = await obstore.get_async(self._bucket, path)
            size = found.meta["size"]
            if size <= CHUNK_SIZE:
                return _at_once(bytes(await found.bytes_async()))
        return self._chunks(path, digest, size)

    async def delete(self, company_id: UUID, digest: str) -> None:
        path = path_of(company_id, digest)
        with _reachable():
            await obstore.delete_async(self._bucket, path)

    async def _chunks(self, path: str, digest: str, size: int) -> AsyncIterator[bytes]:
        """Each chunk by a request of its own: whoever reads slowly outlasts no answer."""
        for start in range(0, size, CHUNK_SIZE):
            with _reachable(digest):
                chunk = await obstore.get_range_async(
                    self._bucket, path, start=start, end=min(start + CHUNK_SIZE, size)
                )
            yield bytes(chunk)


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    if content:
        yield content


@contextmanager
def _reachable(digest: str = "") -> Iterator[None]:
    """Says in our words what the service answers: where content is asked for by its `digest`, that may be missing."""
    try:
        yield
    except (FileNotFoundError, BaseError) as fault:
        if digest and isinstance(fault, FileNotFoundError) and "NoSuchBucket" not in str(fault):
            raise FileMissing("file_missing", "the file is not in the store", details={"digest": digest}) from fault
        _logger.error("the store of files: %s", str(fault).partition("\n")[0])
        raise Busy("files_unavailable", "files cannot be reached", details={"retry_after": _RETRY_AFTER}) from fault
