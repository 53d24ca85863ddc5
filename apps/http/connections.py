"""A client's connection: uvicorn's, with bounds for the head of a request, and with fewer packets."""

import asyncio
from typing import Any, cast

from litestar.types import HTTPScope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from apps.http.api_request import BODY_ARRIVED
from apps.http.errors import MEDIA_TYPE, RequestRefused, problem

HEAD_SECONDS = 30.0
"""In which the head of a request must arrive: whoever sends it letter by letter keeps a connection from others."""
MOST_OF_HEAD = 64 * 1024
"""Bytes that may arrive before the head of a request is whole, give or take what is read at once (256 KiB)."""

_ENOUGH = 64 * 1024  # bytes that wait for the end of the turn


class Connection(HttpToolsProtocol):
    """Reads requests and writes answers."""

    _head_since: float | None
    """Since when the head of a request is awaited, or None: there is one under way, or rest between two."""
    _head_bytes = 0
    _heads = 0
    """Beginnings and ends of heads so far."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(_TurnwiseTransport(transport, self.loop))  # type: ignore[arg-type]  # it asks for no more
        self._head_since = self.loop.time()
        self._watch = self.loop.call_later(HEAD_SECONDS, self._end_slow_head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        heads = self._heads
        super().data_received(data)
        if self._head_since is not None and self._heads == heads:  # all of it belongs to the head that is awaited
            self._head_bytes += len(data)
            if self._head_bytes > MOST_OF_HEAD and not self.transport.is_closing():
                self._refuse(
                    RequestRefused(431, "headers_too_large", "the address and the headers of the request are too long")
                )

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heads += 1
        self._head_since, self._head_bytes = self.loop.time(), 0

    def on_headers_complete(self) -> None:
        self._heads += 1
        self._head_since = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.scope["extensions"] = {BODY_ARRIVED: {}}

    def send_400_response(self, msg: str) -> None:
        self._refuse(RequestRefused(400, "malformed_request", "this is no request of HTTP/1.1"))

    def _refuse(self, refusal: RequestRefused) -> None:
        body = problem(cast("HTTPScope", {"path": "", "state": {}}), refusal.status, refusal)
        head = b"content-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (MEDIA_TYPE.encode(), len(body))
        self.transport.write(STATUS_LINE[refusal.status] + head + body)
        self.transport.close()

    def _end_slow_head(self) -> None:
        now = self.loop.time()
        since = now if self._head_since is None else self._head_since
        if now - since >= HEAD_SECONDS:
            self.transport.close()
        else:
            self._watch = self.loop.call_at(since + HEAD_SECONDS, self._end_slow_head)


class _TurnwiseTransport:
    """A transport that sends at the end of a turn of the loop what was written in it: the head of an answer and its body are two
    writes, and each would be a call of the kernel, a packet, and a client woken for half an answer."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._call_soon = loop.call_soon
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._call_soon(self._send)
        self._waiting.append(data)
        self._size += len(data)
        if self._size > _ENOUGH:  # the transport says when it cannot take more
            self._send()

    def close(self) -> None:
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._waiting:
            data = b"".join(self._waiting)
            self._waiting, self._size = [], 0
            if not self._transport.is_closing():
                self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
