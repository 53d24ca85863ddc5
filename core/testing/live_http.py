"""The way to the real other side, for whoever records its answers. No guard stands before it: it is for the author's own machine."""

import asyncio
import urllib.error
import urllib.request
from email.message import Message
from typing import Any

from core.ports.failures import Ambiguous
from core.ports.http import HttpAnswer, HttpRequest


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class LiveHttp:
    """`HttpClient` on the standard library."""

    async def send(self, request: HttpRequest) -> HttpAnswer:
        return await asyncio.to_thread(_send, request)


def _send(request: HttpRequest) -> HttpAnswer:
    if not request.url.startswith(("http://", "https://")):
        raise ValueError("only http and https are spoken")
    call = urllib.request.Request(  # noqa: S310 - the scheme is looked at above
        request.url, request.body or None, dict(request.headers), method=request.method
    )
    try:
        with urllib.request.build_opener(_NoRedirects).open(call, timeout=request.seconds) as answer:
            return HttpAnswer(answer.status, _lowered(answer.headers), answer.read(request.most_bytes))
    except urllib.error.HTTPError as answer:
        with answer:
            return HttpAnswer(answer.code, _lowered(answer.headers), answer.read(request.most_bytes))
    except OSError as error:
        raise Ambiguous(f"no answer: {type(error).__name__}") from None


def _lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
