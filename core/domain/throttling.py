"""How often something may be tried. The caller brings the time: seconds of a clock that never steps back."""

from collections import OrderedDict, deque
from collections.abc import Iterable
from ipaddress import IPv4Address, ip_address, ip_network
from math import ceil

from core.domain.errors import DomainError


class TooManyAttempts(DomainError):
    """Refused unheard: try again after `details["retry_after"]` seconds. `limit` tries are allowed in `window` seconds."""


class Throttle:
    """At most `limit` tries of a key in any `window` seconds. Of more than `capacity` keys, the idlest are forgotten."""

    def __init__(self, limit: int = 10, window: float = 900.0, capacity: int = 100_000) -> None:
        self._limit = limit
        self._window = window
        self._capacity = capacity
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def admit(self, keys: Iterable[str], now: float) -> None:
        """Counts one try of every key, or counts nothing and raises `TooManyAttempts` if one key has no try left."""
        keys = tuple(keys)
        if wait := max((self._wait(key, now) for key in keys), default=0.0):
            details = {"retry_after": ceil(wait), "limit": self._limit, "window": ceil(self._window)}
            raise TooManyAttempts("too_many_attempts", "too many attempts; wait before the next", details=details)
        for key in keys:
            self._tries.setdefault(key, deque()).append(now)
            self._tries.move_to_end(key)
        while len(self._tries) > self._capacity:
            self._tries.popitem(last=False)

    def forgive(self, keys: Iterable[str], at: float) -> None:
        """Takes back the try that was admitted at that time."""
        for key in keys:
            tries = self._tries.get(key)
            if tries and at in tries:
                tries.remove(at)

    def _wait(self, key: str, now: float) -> float:
        tries = self._tries.get(key)
        if tries is None:
            return 0.0
        while tries and tries[0] <= now - self._window:
            tries.popleft()
        return tries[0] + self._window - now if len(tries) >= self._limit else 0.0


def network_of(address: str) -> str:
    """What counts as one peer: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((int(parsed) >> 64 << 64, 64)))
