"""Files that users bring: where they are kept, what they are, and pictures made safe to show."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from uuid import UUID

from core.domain.errors import Invalid, NotFound

PUT_AT_ONCE = 2
"""Files of a kind that one process puts at a time, since a transaction waits meanwhile: where a store hangs, whoever sells still finds
a connection."""


class RefusedFile(Invalid):
    """The content is not acceptable."""


class FileMissing(NotFound):
    """The store holds no such file for this company."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """The name of stored content: its SHA-256 in 64 lower-case hexadecimal digits, and its size in bytes."""

    digest: str
    size: int


class FileStore(Protocol):
    """Content of one company, found again by its digest; equal content is kept once.

    The store keeps no names and no quota: both belong to the rows that refer to a digest, which also carry
    the size. A digest that is not 64 lower-case hexadecimal digits raises `ValueError`.
    """

    async def put(self, company_id: UUID, content: BinaryIO) -> StoredFile:
        """Keep what `content` yields from its present position. When this returns, it survives a crash."""

    async def open(self, company_id: UUID, digest: str) -> AsyncIterator[bytes]:
        """The content in chunks. Raises `FileMissing` before the first one."""

    async def delete(self, company_id: UUID, digest: str) -> None:
        """Forget the content, to which no row may refer any more. No error if it is not there."""


class AttachmentTypes(Protocol):
    def media_type(self, content: bytes) -> str:
        """The media type that the content itself shows. Raises `RefusedFile` unless it may be attached."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew, free of metadata and of whatever hid in the original; sizes in pixels."""

    media_type: str
    width: int
    height: int
    content: bytes
    thumbnail: bytes


class PictureEncoder(Protocol):
    def encode(self, content: bytes) -> Picture:
        """Draw an uploaded picture anew, upright and bounded. Busies the processor: call it in a thread.

        Of several frames only the first is kept. Raises `RefusedFile`.
        """
