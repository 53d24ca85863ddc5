"""Which network addresses a URL that a user gave may lead to: those of the public internet, and no others."""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

_ALLOCATED = IPv6Network("2000::/3")  # all that is given out for global unicast
_NAT64 = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")
# What the standard library takes for global, in some of its versions at least, and is not, or is somebody's inside.
_NEVER = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; a metadata service of one cloud
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("168.63.129.16/32"),  # the host of a virtual machine in another cloud
    IPv6Network("2001::/23"),  # protocol assignments, Teredo
    IPv6Network("3fff::/20"),  # documentation
)


def is_public(address: Address) -> bool:
    """Whether the address is a single host of the public internet, also where it is an IPv4 address in the clothes of IPv6."""
    plain = _unwrapped(address)
    if isinstance(plain, IPv6Address) and plain not in _ALLOCATED:
        return False
    if any(plain in network for network in _NEVER if network.version == plain.version):
        return False
    return plain.is_global and not (plain.is_multicast or plain.is_reserved)


def is_loopback(address: Address) -> bool:
    """Whether the address is this machine, by its loopback."""
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def is_own(address: Address) -> bool:
    """Whether the address belongs to this machine. Asks the routing table; nothing is sent."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ip_address(probe.getsockname()[0]) == address
    except OSError:
        return False  # there is no way to it at all


def _unwrapped(address: Address) -> Address:
    """The IPv4 address to which an IPv6 address leads by mapping, NAT64 or 6to4."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address(int(address) >> 80 & 0xFFFF_FFFF)
    return address.ipv4_mapped or address
