"""The port to HTTP servers outside, as plugins use it: guarded, limited, and with failures that say whether anything was sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

SECONDS = 10.0
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request for a URL. `seconds` is the time from the name of the host to the last byte of the answer, `most_bytes` the
    longest body that is read. Headers and body may hold secrets and are not shown."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    seconds: float = SECONDS
    most_bytes: int = MOST_BYTES


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a server answered, whatever its status. Names of headers are in small letters; of a name that came more than once the values
    are joined by `, `."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


class HttpClient(Protocol):
    """Speaks to the hosts that the plugin's manifest names, and to no others. Redirects are answers like any other."""

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """Raises `Transient` where nothing was sent, `Ambiguous` where no whole answer came back, `Misconfigured` where the host is
        not among those of the manifest or not on the public internet, and `PermanentlyRejected` for an answer that is too long."""
        ...
