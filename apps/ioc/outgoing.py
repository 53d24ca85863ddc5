"""The way out to addresses that users give."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Protocol

from apps.settings import Settings
from core.ports.http import MOST_BYTES

if TYPE_CHECKING:
    from adapters.outgoing.transport import OutgoingHttp, SafeTransport


class Transports(Protocol):
    """Makes a transport for one request; True where the address says of itself that it is this machine. It takes the usual time and
    length unless others are named."""

    def __call__(
        self, is_here: bool, /, *, seconds: float | None = None, most_bytes: int = MOST_BYTES
    ) -> "SafeTransport": ...


@contextmanager
def transports(settings: Settings, *, seconds: float, reads_bodies: bool) -> Iterator[Transports]:
    """Transports, made when one is first asked for: the HTTP client is 20 MB. To this machine they lead only where nobody else reaches
    the server, and only for what is addressed so: no name of a public host leads there."""
    with ExitStack() as opened:

        @cache
        def way(is_here: bool) -> "OutgoingHttp":
            from adapters.outgoing.transport import OutgoingHttp

            made = OutgoingHttp(loopback=is_here, seconds=seconds, reads_bodies=reads_bodies)
            opened.callback(made.close)
            return made

        def transport(
            is_here: bool, /, *, seconds: float | None = None, most_bytes: int = MOST_BYTES
        ) -> "SafeTransport":
            return way(is_here and settings.on_loopback).transport(seconds=seconds, most_bytes=most_bytes)

        yield transport
