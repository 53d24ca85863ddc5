"""What every store of files has in common: files are named by their content, under their company."""

import hashlib
import os
import re
from collections.abc import Set
from pathlib import Path
from typing import IO, BinaryIO, Protocol
from uuid import UUID

from core.ports.files import StoredFile

CHUNK_SIZE = 256 * 1024  # bytes that are copied at once

_DIGEST = re.compile("[0-9a-f]{64}")
_PATH = re.compile(r"[0-9a-f-]{36}/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}")


class AllFiles(Protocol):
    """The files of all companies in one place, for backups. A name stands for its content, so what is there already is never copied."""

    def paths(self) -> Set[str]:
        """Of all that is kept, as `path_of` tells them."""

    def copy_to(self, folder: Path) -> None:
        """Copies into the folder what is not there yet. What is deleted meanwhile is not missed."""

    def bring_from(self, folder: Path) -> int:
        """Copies from the folder what is not here yet; how many files the folder has."""

    def damaged(self) -> list[str]:
        """The paths whose content is not what their name says."""


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


def is_path(text: str) -> bool:
    """Whether `path_of` could have told it."""
    return _PATH.fullmatch(text) is not None


def draft_of(file: Path) -> Path:
    """Where a file is written before it is whole, by this process alone: another one may be copying the same."""
    return file.with_name(f"incoming-{os.getpid()}-{file.name}")


def paths_in(folder: Path) -> list[str]:
    """Of the finished files in a folder of this computer, in order."""
    found = (file.relative_to(folder).as_posix() for file in folder.glob("*/??/??/*"))
    return sorted(path for path in found if is_path(path))
