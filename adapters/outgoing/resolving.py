"""From a host name to the addresses that may be connected to."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from adapters.outgoing.addresses import Address, is_loopback, is_own, is_public
from adapters.outgoing.refusals import AddressRefused, Unreachable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, asked for once for each connection. Raises OSError."""

THREADS = 8  # of their own: name servers that do not answer hold up nothing else
MOST_TRIED = 4  # addresses of one host


class SystemResolver:
    """Asks the resolver of the operating system."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port)
        return [str(entry[4][0]) for entry in found]

    def close(self) -> None:
        """Waits for nothing: a question that is under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class AddressBook:
    """Knows the addresses of hosts as far as one may go there. With `loopback` one may also stay on this machine."""

    def __init__(self, resolve: Resolve, *, loopback: bool) -> None:
        self._resolve, self._loopback = resolve, loopback

    async def addresses(self, host: str, port: int, *, encrypted: bool) -> Sequence[Address]:
        """Where to connect. Raises `AddressRefused` if a single address of the host may not be connected to, and
        `Unreachable` if it has none."""
        try:
            found = [ip_address(text.partition("%")[0]) for text in await self._resolve(host, port)]
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"the host {host} is not known") from error
        if not found:
            raise Unreachable(f"the host {host} has no address")
        distinct = list(dict.fromkeys(found))
        if self._loopback and all(map(is_loopback, distinct)):
            return distinct[:MOST_TRIED]
        if not encrypted or not all(map(is_public, distinct)) or any(map(is_own, distinct)):
            raise AddressRefused(f"the host {host} is not one of the public internet")
        return distinct[:MOST_TRIED]


def _look_up(host: str, port: int) -> Sequence[tuple[object, object, object, object, tuple[object, ...]]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
