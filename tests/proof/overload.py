"""More than a server can do: who asks, and what it costs the server."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from core.domain.ids import new_id

DESCRIPTORS = 200  # of a process, besides its connections to those who ask


@dataclass(frozen=True)
class Sales:
    """Sales of one unit, as bytes."""

    token: str

    def __call__(self) -> bytes:
        body = json.dumps({"lines": [{"product": "P1", "site": "UIO", "quantity": "1"}]}).encode()
        head = (
            f"POST /api/v1/sales HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {self.token}\r\nidempotency-key: {new_id()}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def room_for(people: int, processes: Sequence[psutil.Process]) -> None:
    """Lets this process, whose children ask, and those who answer have so many connections at once. Raises where the machine does not let them."""
    needed = people + DESCRIPTORS
    for process in (psutil.Process(), *processes):
        soft, hard = process.rlimit(psutil.RLIMIT_NOFILE)
        if soft < needed:
            process.rlimit(psutil.RLIMIT_NOFILE, (needed, max(hard, needed)))


@dataclass
class Memory:
    """The most that one of the processes had."""

    megabytes: float = 0.0


@contextmanager
def heaviest(processes: Sequence[psutil.Process]) -> Iterator[Memory]:
    memory, over = Memory(), threading.Event()

    def look() -> None:
        while not over.wait(0.2):
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    memory.megabytes = max(memory.megabytes, process.memory_info().rss / 2**20)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield memory
    finally:
        over.set()
        looking.join()
