"""Connections to the addresses that were checked, and to no others."""

from collections.abc import Iterable

import httpcore2

from adapters.outgoing.refusals import Unreachable
from adapters.outgoing.resolving import AddressBook

CONNECT_SECONDS = 3.0  # for each address


class CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves the host of one connection itself and connects to what it found, so that no second answer of the name server
    can lead elsewhere. TLS and the Host header go by the name."""

    def __init__(self, book: AddressBook, *, encrypted: bool) -> None:
        self._book, self._encrypted = book, encrypted
        self._sockets = httpcore2.AnyIOBackend()
        self._open: list[httpcore2.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 the name that httpcore2 gives it
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        for address in await self._book.addresses(host, port, encrypted=self._encrypted):
            try:
                stream = await self._sockets.connect_tcp(str(address), port, CONNECT_SECONDS)
            except (httpcore2.NetworkError, httpcore2.TimeoutException):
                continue
            self._open.append(stream)
            return stream
        raise Unreachable(f"the host {host} does not answer")

    async def close(self) -> None:
        """Closes what was connected: whoever gives up during the greetings of TLS would leave the socket open."""
        for stream in self._open:
            await stream.aclose()
