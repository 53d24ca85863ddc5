"""An S3 service, as it is reached.

Whoever runs Pirwa sets the bucket; address, region and credentials of the service are read from the environment, under the names that
all programs for S3 know (`AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID` …).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from obstore.exceptions import BaseError
from obstore.store import S3Store

from core.domain.errors import Busy
from core.ports.files import FileMissing

CHUNK_SIZE = 4 * 1024 * 1024  # bytes that are read at once
PART_SIZE = (
    8 * 1024 * 1024
)  # bytes that are sent at once: S3 refuses parts of less than 5 MiB. A larger upload waits on disk for its name

_PATIENCE = timedelta(seconds=10)
_RETRY_AFTER = 5  # seconds

_logger = logging.getLogger(__name__)


def bucket_at(url: str) -> S3Store:
    """`url` is `s3://bucket` or `s3://bucket/prefix`."""
    return S3Store.from_url(
        url,
        client_options={
            "allow_http": True,  # where the operator says so by the address
            "timeout": timedelta(seconds=30),
            "connect_timeout": timedelta(seconds=3),
        },
        retry_config={"max_retries": 4, "retry_timeout": _PATIENCE},
    )


@contextmanager
def reachable(digest: str = "") -> Iterator[None]:
    """Says in our words what the service answers: where content is asked for by its `digest`, that may be missing."""
    try:
        yield
    except (FileNotFoundError, BaseError) as fault:
        if digest and isinstance(fault, FileNotFoundError) and "NoSuchBucket" not in str(fault):
            raise FileMissing("file_missing", "the file is not in the store", details={"digest": digest}) from fault
        _logger.error("the store of files: %s", str(fault).partition("\n")[0])
        raise Busy("files_unavailable", "files cannot be reached", details={"retry_after": _RETRY_AFTER}) from fault
