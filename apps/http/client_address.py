"""Where a request really comes from, when proxies stand in between."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from litestar.types import HTTPScope

from core.domain.access import Origin

HEADER = b"x-forwarded-for"
MAX_DEVICE = 200  # characters of what a program says it is

Address = IPv4Address | IPv6Address


def client_address(scope: HTTPScope, trusted_proxies: tuple[str, ...]) -> str:
    """The address of whoever asked: the peer, or if that is a trusted proxy, the one for which it says that it asks.

    `X-Forwarded-For` is read from its end, where the nearest proxy has written; what stands before an address that is not
    trusted may be invented. Without a peer, on a unix socket, it is `local`.
    """
    client = scope["client"]
    if client is None:
        return "local"
    found = client[0]
    if HEADER not in scope["state"]["headers"]:
        return found
    for said in _forwarded(scope["headers"]):
        if not _is_trusted(found, trusted_proxies) or _address(said) is None:
            break
        found = said
    return found


def origin_of(scope: HTTPScope, trusted_proxies: tuple[str, ...]) -> Origin:
    """From where a request comes, as the audit trail keeps it."""
    state = scope["state"]
    device = state["headers"].get(b"user-agent", b"")[:MAX_DEVICE].decode("latin-1")
    return Origin(client_address(scope, trusted_proxies), state["request_id"], device)


def _forwarded(headers: Iterable[tuple[bytes, bytes]]) -> list[str]:
    """The addresses of all headers of this name, the nearest first."""
    values = [value.decode("latin-1") for name, value in headers if name == HEADER]
    return [one.strip() for one in ",".join(values).split(",")][::-1] if values else []


@lru_cache(maxsize=1_024)  # every request asks, and nearly always about the same few proxies
def _is_trusted(text: str, networks: tuple[str, ...]) -> bool:
    address = _address(text)
    return address is not None and any(address in ip_network(network) for network in networks)


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
