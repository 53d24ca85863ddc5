"""How often something may be tried, and by whom."""

from ipaddress import IPv4Address, ip_address, ip_network

from core.domain.errors import DomainError


class TooManyAttempts(DomainError):
    """Refused unheard: try again after `details["retry_after"]` seconds. `limit` tries are allowed in `window` seconds."""


def too_many(retry_after: int, limit: int, window: int) -> TooManyAttempts:
    """The refusal, with whole seconds."""
    details = {"retry_after": retry_after, "limit": limit, "window": window}
    return TooManyAttempts("too_many_attempts", "too many attempts; wait before the next", details=details)


def network_of(address: str) -> str:
    """What counts as one peer: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((int(parsed) >> 64 << 64, 64)))
