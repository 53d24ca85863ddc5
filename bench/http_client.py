"""A keep-alive HTTP/1.1 client connection that costs little: it times answers, it does not interpret them."""

import asyncio
import re
import time
from typing import NamedTuple, Protocol, cast

_FRAMING = re.compile(
    rb"\r\n(?:content-length:[ \t]*(?P<length>\d+)"
    rb"|transfer-encoding:[ \t]*(?P<chunked>chunked)"
    rb"|connection:[ \t]*(?P<close>close))",
    re.IGNORECASE,
)
_STATUSES_WITHOUT_BODY = (b"204", b"304")


class Head(NamedTuple):
    """What the head of an answer says about where the answer ends."""

    status: bytes
    body_start: int
    length: int | None
    chunked: bool
    server_closes: bool

    def body_is_whole(self, answer: bytes) -> bool:
        """Whether the answer received so far holds its whole body."""
        if self.chunked:
            return _chunks_are_whole(answer, self.body_start)
        if self.length is None:
            if self.status in _STATUSES_WITHOUT_BODY:
                return True
            raise ValueError(f"the answer does not say how long it is: {answer[: self.body_start]!r}")
        return len(answer) >= self.body_start + self.length


def read_head(answer: bytes) -> Head | None:
    """The head of an answer, or None while it is incomplete."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return None
    length, chunked, closes = None, False, False
    for header in _FRAMING.finditer(answer, 0, end):
        if header.lastgroup == "length":
            length = int(header["length"])
        elif header.lastgroup == "chunked":
            chunked = True
        else:
            closes = True
    return Head(answer[9:12], end + 4, length, chunked, closes)


def _chunks_are_whole(answer: bytes, position: int) -> bool:
    while (line_end := answer.find(b"\r\n", position)) >= 0:
        size = int(answer[position:line_end].partition(b";")[0], 16)
        if size == 0:
            return answer.endswith(b"\r\n\r\n")
        position = line_end + 2 + size + 2
    return False


class Conversation(Protocol):
    """What a connection asks for, and who hears what came of it."""

    def next_request(self) -> bytes | None:
        """The next request, or None to end the connection."""

    def answered(self, status: bytes, seconds: float, answer: bytes) -> None:
        """One whole answer, and how long it took since its request was sent."""

    def closed(self, waiting: bool) -> None:
        """The connection ended; `waiting` when a request on it was still without its answer."""


class Connection(asyncio.Protocol):
    """Sends a request, waits for the whole answer, and sends the next one."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._received = b""
        self._waiting = False
        self._sent_at = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class does not inherit from it
        self._send()

    def data_received(self, data: bytes) -> None:
        answer = self._received + data if self._received else data
        head = read_head(answer)
        if head is None or not head.body_is_whole(answer):
            self._received = answer
            return
        self._received = b""
        self._waiting = False
        self._conversation.answered(head.status, time.perf_counter() - self._sent_at, answer)
        if head.server_closes:
            self._transport.close()
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._conversation.closed(self._waiting)

    def _send(self) -> None:
        request = self._conversation.next_request()
        if request is None:
            self._transport.close()
            return
        self._waiting = True
        self._sent_at = time.perf_counter()
        self._transport.write(request)
