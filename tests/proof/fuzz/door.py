"""The way by which schemathesis asks questions of its own: it works in a thread, the application in the loop of the tests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.matrix.exchange import Request, Response

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Door:
    """An application to schemathesis. Hands on, to whoever stands behind it, what was asked and by whom it says it is."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._send: Callable[[Request], Awaitable[Response]] | None = None

    def open_to(self, send: Callable[[Request], Awaitable[Response]]) -> None:
        """From now on `send` answers, in the loop in which this is called."""
        self._loop, self._send = asyncio.get_running_loop(), send

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError("takes requests alone")
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        headers = {name.decode("latin-1"): value for name, value in scope["headers"]}
        request = Request(scope["method"], target, headers, await _body(receive))
        assert self._loop, "nobody stands behind the door"
        answer = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._answer(request), self._loop))
        await send({"type": "http.response.start", "status": answer.status_code, "headers": [*answer.raw]})
        await send({"type": "http.response.body", "body": answer.content})

    async def _answer(self, request: Request) -> Response:
        assert self._send
        return await self._send(request)


async def _body(receive: Receive) -> bytes | None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body or None
