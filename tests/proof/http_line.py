"""One keep-alive connection to an HTTP server, for thousands of requests at little cost. It knows no more of HTTP than our servers say."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Lost(Exception):
    """The connection ended, or nothing came in time: whether the request took effect is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class HttpLine:
    """Asks one thing at a time, and connects anew when that failed."""

    def __init__(self, port: int, headers: Mapping[str, str], patience: float) -> None:
        self._port, self._patience = port, patience
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """The answer to one request. Raises `Lost`."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._ask(method, path, body, headers)
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            self.close()
            raise Lost(repr(error)) from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._writer:
            self._writer.transport.abort()
        self._reader = self._writer = None

    async def _ask(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        content = b"" if body is None else json.dumps(body).encode()
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        kind = "content-type: application/json\r\n" if content else ""
        head = f"{method} {path} HTTP/1.1\r\nhost: here\r\n{self._headers}{more}{kind}content-length: {len(content)}\r\n\r\n"
        self._writer.write(head.encode() + content)
        answer = await _answer(self._reader)
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer


async def _answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:]) if name}
    status = int(head[0].split(" ", 2)[1])
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Answer(status, headers, body)
