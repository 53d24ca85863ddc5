"""How large an imported file may be, checked while it is unpacked and not only by what it declares."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.ports.documents import UnreadableSheet

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True, slots=True)
class SheetLimits:
    unpacked_bytes: int = 50_000_000
    unpacking_ratio: int = 100
    archive_entries: int = 1_000
    columns: int = 256

    def require_size(self, unpacked: int, packed: int) -> None:
        """Raises `UnreadableSheet` if so many bytes may not come out of so many."""
        if unpacked > self.unpacked_bytes:
            detail = f"the file unpacks to more than {self.unpacked_bytes:,} bytes"
            raise UnreadableSheet("sheet_too_large", detail)
        if unpacked > packed * self.unpacking_ratio:
            detail = f"the file unpacks to more than {self.unpacking_ratio} times its size"
            raise UnreadableSheet("sheet_too_compressed", detail)


class ReadableStream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class BoundedStream(io.RawIOBase):
    """Passes bytes on until there are more of them than the limits allow."""

    def __init__(self, stream: ReadableStream, packed_size: int, limits: SheetLimits) -> None:
        super().__init__()
        self._stream = stream
        self._packed_size = packed_size
        self._limits = limits
        self._passed = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        chunk = self._stream.read(len(view))
        self._passed += len(chunk)
        self._limits.require_size(self._passed, self._packed_size)
        view[: len(chunk)] = chunk
        return len(chunk)
