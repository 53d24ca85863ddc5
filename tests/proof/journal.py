"""What clients were about to do and what was acknowledged, written down and forced to disk before they go on.

Whoever writes while the disk is busy is written with the next others.
"""

import asyncio
import json
import os
from pathlib import Path
from typing import Any, BinaryIO


class Journal:
    """Lines of one file, one after the other."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO = path.open("ab", buffering=0)
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, **entry: object) -> None:
        """Returns when the entry is safe."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((json.dumps(entry).encode() + b"\n", written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await written

    def read(self) -> list[dict[str, Any]]:
        """What is in the file, not in our memory."""
        return [json.loads(line) for line in self._path.read_bytes().splitlines()]

    def close(self) -> None:
        self._file.close()

    async def _write(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            await asyncio.to_thread(self._force, b"".join(line for line, _ in taken))
            for _, written in taken:
                if not written.done():
                    written.set_result(None)

    def _force(self, lines: bytes) -> None:
        self._file.write(lines)
        os.fsync(self._file.fileno())
