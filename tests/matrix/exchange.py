"""One request to an application in process, and its answer. Clients made for networks take longer to write a request than the application
to answer it, and the matrix makes twenty thousand."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import httpx
import msgspec
from litestar.types import ASGIApp

HOST = b"test"
_WITH_BODY = {"POST", "PUT", "PATCH"}

RawHeaders = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Request:
    """What is sent, byte by byte."""

    method: str
    target: bytes
    headers: Mapping[str, bytes] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True)
class Response:
    """What was answered to a request for the path."""

    path: str
    status_code: int
    raw: RawHeaders
    content: bytes

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """By their names in small letters; what came more than once in one line."""
        found = dict[str, str]()
        for name, value in self.raw:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            found[key] = f"{found[key]}, {text}" if key in found else text
        return found

    @cached_property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code < 300

    def json(self) -> Any:
        return msgspec.json.decode(self.content)


async def exchange(app: ASGIApp, request: Request) -> Response:
    """Hands the application the request. What it raises goes on to the caller."""
    path, _, query = request.target.partition(b"?")
    conversation = _Conversation(request.content or b"")
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": _all_headers(request),
        "scheme": "http",
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "server": ("test", None),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
    await app(scope, conversation.receive, conversation.send)
    return conversation.response(scope["path"])


def _all_headers(request: Request) -> RawHeaders:
    """Those that are given, with what every client adds to them."""
    given = [(name.lower().encode(), value) for name, value in request.headers.items()]
    known = {name for name, _ in given}
    added = {b"host": HOST, b"accept": b"*/*", b"user-agent": b"tests"}
    if request.content is not None or request.method in _WITH_BODY:
        added[b"content-length"] = b"%d" % len(request.content or b"")
    return [*((name, value) for name, value in added.items() if name not in known), *given]


class _Conversation:
    """What the application takes and gives."""

    def __init__(self, content: bytes) -> None:
        self._left: bytes | None = content
        self._started: Mapping[str, Any] | None = None
        self._parts = list[bytes]()
        self._ended = asyncio.Event()

    async def receive(self) -> Any:
        """The whole body; then nothing, until the client is gone, which it is when it has its answer."""
        if self._left is not None:
            body, self._left = self._left, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._ended.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._started = message
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self._ended.set()

    def response(self, path: str) -> Response:
        assert self._started, "no answer"
        assert self._ended.is_set(), "no whole answer"
        raw, content = self._started["headers"], b"".join(self._parts)
        if any(name.lower() == b"content-encoding" for name, _ in raw):
            content = httpx.Response(200, headers=raw, content=content).content
        return Response(path, self._started["status"], raw, content)
