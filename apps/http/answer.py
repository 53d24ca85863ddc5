"""Answers in JSON, written by the shortest way: most of what is asked of us is answered by one of these."""

from collections.abc import Mapping
from typing import Any, TypeVar

from litestar import MediaType, Response
from litestar.serialization import encode_json
from litestar.types import ASGIApp, Receive, Scope, Send

Content = TypeVar("Content")

_JSON = b"application/json"


class Answer(Response[Content]):
    """A response with JSON and headers of its own; anything else about it is left to Litestar."""

    def to_asgi_response(self, app: Any, request: Any, **given: Any) -> Any:
        status = self.status_code or given.get("status_code") or 200
        media_type = self.media_type or given.get("media_type") or MediaType.JSON
        if self.content is None and status == 202:
            return _json_answer(status, {**(given.get("headers") or {}), **self.headers}, b"")
        extras = self.cookies or self.background or given.get("cookies") or given.get("background")
        if extras or media_type != MediaType.JSON or status == 204 or isinstance(self.content, bytes | str):
            return super().to_asgi_response(app, request, **given)
        return _json_answer(status, {**(given.get("headers") or {}), **self.headers}, encode_json(self.content))


def _json_answer(status: int, headers: Mapping[str, str], body: bytes) -> ASGIApp:
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    encoded += [(b"content-type", _JSON)] if body else []
    encoded.append((b"content-length", b"%d" % len(body)))

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    return answer
