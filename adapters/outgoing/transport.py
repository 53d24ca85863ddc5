"""The one way out to URLs that users give. Any httpx2 client that stands on it is guarded, redirects included."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterable
from functools import cache
from typing import cast

import httpcore2
import httpx2

from adapters.outgoing.connecting import CheckedBackend
from adapters.outgoing.refusals import AddressRefused, AnswerRefused, TooSlow, Unreachable
from adapters.outgoing.resolving import AddressBook, Resolve, SystemResolver

MOST_BYTES = 1_000_000  # of a body
TOTAL_SECONDS = 10.0  # from the name to the last byte
PORTS = frozenset({443, 8443})

_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
# In every spelling but these, different programs read different addresses.
_IPV4 = re.compile(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}")
_IPV6 = re.compile(r"[0-9a-f]*:[0-9a-f:.]+")
_KEPT_BACK = frozenset({b"set-cookie", b"set-cookie2"})
_OF_BODIES = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


class SafeTransport(httpx2.AsyncBaseTransport):
    """Makes each request on a connection of its own, which is closed when the answer is there in full.

    Only `https` to public addresses; with `loopback` also `http` or `https` to this machine. Answers have a limit of size and
    time, must not be packed, and set no cookies. Unless it `reads_bodies`, an answer is there with its head.
    """

    def __init__(
        self,
        context: ssl.SSLContext,
        book: AddressBook,
        *,
        loopback: bool,
        seconds: float = TOTAL_SECONDS,
        most_bytes: int = MOST_BYTES,
        reads_bodies: bool = True,
    ) -> None:
        self._context, self._book, self._loopback, self._seconds = context, book, loopback, seconds
        self._most_bytes, self._reads_bodies = most_bytes, reads_bodies

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises `AddressRefused`, `Unreachable` or `AnswerRefused`."""
        check_url(request.url, loopback=self._loopback)
        progress = _Progress()
        try:
            async with asyncio.timeout(self._seconds):
                return await self._exchange(request, progress)
        except (TimeoutError, httpcore2.TimeoutException) as error:
            raise TooSlow(f"the host {request.url.host} takes too long to answer", sent=progress.sent) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError, OSError) as error:
            words = f"the host {request.url.host} gives no answer that counts"
            raise Unreachable(words, sent=progress.sent) from error

    async def _exchange(self, request: httpx2.Request, progress: "_Progress") -> httpx2.Response:
        backend = CheckedBackend(self._book, encrypted=request.url.scheme == "https")
        try:
            async with httpcore2.AsyncConnectionPool(self._context, network_backend=backend) as connections:
                answer = await connections.handle_async_request(await _plain(request, progress))
                try:
                    body = await _whole_body(answer, self._most_bytes) if self._reads_bodies else b""
                finally:
                    await answer.aclose()
        finally:
            await backend.close()
        left_out = _KEPT_BACK if self._reads_bodies else _KEPT_BACK | _OF_BODIES
        headers = [(name, value) for name, value in answer.headers if name.lower() not in left_out]
        return httpx2.Response(answer.status, headers=headers, content=body, request=request)


class OutgoingHttp:
    """Makes transports for whoever speaks to other servers."""

    def __init__(
        self,
        *,
        loopback: bool,
        resolve: Resolve | None = None,
        seconds: float = TOTAL_SECONDS,
        reads_bodies: bool = True,
    ) -> None:
        self._resolver = SystemResolver()
        self._context = _trusted()
        self._book = AddressBook(resolve or self._resolver, loopback=loopback)
        self._loopback, self._seconds, self._reads_bodies = loopback, seconds, reads_bodies

    def transport(self, *, seconds: float | None = None, most_bytes: int = MOST_BYTES) -> SafeTransport:
        return SafeTransport(
            self._context,
            self._book,
            loopback=self._loopback,
            seconds=self._seconds if seconds is None else seconds,
            most_bytes=most_bytes,
            reads_bodies=self._reads_bodies,
        )

    def close(self) -> None:
        self._resolver.close()


@cache
def _trusted() -> ssl.SSLContext:
    """Whom everybody here trusts: it takes longer to read all their certificates than to make a request."""
    return httpx2.create_ssl_context(trust_env=False)


def check_url(url: httpx2.URL, *, loopback: bool) -> None:
    """Raises `AddressRefused` for a URL that no request is made to, whatever its host resolves to."""
    host = url.raw_host.decode("ascii").lower()
    if url.scheme not in (("https", "http") if loopback else ("https",)):
        raise AddressRefused("only https is spoken")
    if url.userinfo:
        raise AddressRefused("a URL must not hold a name or a password")
    if not any(form.fullmatch(host) for form in (_NAME, _IPV4, _IPV6)):
        raise AddressRefused("the host is neither a plain name nor a plain address")
    if not loopback and (url.port or 443) not in PORTS:
        raise AddressRefused(f"only the ports {sorted(PORTS)} are asked")


class _Progress:
    """Hears from httpcore2 how far a request has come."""

    def __init__(self) -> None:
        self.sent = False

    async def __call__(self, step: str, _: object) -> None:
        if step.endswith(".send_request_headers.started"):
            self.sent = True


async def _plain(request: httpx2.Request, progress: _Progress) -> httpcore2.Request:
    """The request as it is sent: it asks for an answer that is not packed."""
    url = request.url
    headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"accept-encoding"]
    return httpcore2.Request(
        request.method,
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=[*headers, (b"accept-encoding", b"identity")],
        content=await request.aread(),
        extensions={"trace": progress},
    )


async def _whole_body(answer: httpcore2.Response, most: int) -> bytes:
    packing = next((value for name, value in answer.headers if name.lower() == b"content-encoding"), b"identity")
    if packing.strip().lower() != b"identity":
        raise AnswerRefused("the answer is packed, which nobody asked for")
    body = bytearray()
    async for part in cast("AsyncIterable[bytes]", answer.stream):
        body += part
        if len(body) > most:
            raise AnswerRefused(f"the answer has more than {most} bytes")
    return bytes(body)
