"""What every store of files has in common: files are named by their content, under their company."""

import hashlib
import re
from typing import IO, BinaryIO
from uuid import UUID

from core.ports.files import StoredFile

CHUNK_SIZE = 256 * 1024  # bytes that are copied at once

_DIGEST = re.compile("[0-9a-f]{64}")


def path_of(company_id: UUID, digest: str) -> str:
    """`<company>/<2 digits>/<2 digits>/<digest>`."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("a digest has 64 lower-case hexadecimal digits")
    return f"{company_id}/{digest[:2]}/{digest[2:4]}/{digest}"


def copy(content: BinaryIO, target: IO[bytes]) -> StoredFile:
    """Copies what is left of `content`, and tells the name that it has."""
    digest = hashlib.sha256()
    size = 0
    while chunk := content.read(CHUNK_SIZE):
        digest.update(chunk)
        size += target.write(chunk)
    target.flush()
    return StoredFile(digest.hexdigest(), size)
