"""Programs that act on somebody's behalf: what they may be allowed, where, from which networks, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Network, ip_network
from uuid import UUID

from core.domain.access import Sites
from core.domain.errors import Fault
from core.domain.roles import GRANTABLE
from core.domain.text import text_fault

CREDENTIAL_PERMISSIONS = frozenset(
    {
        "api_key:write",
        "identity_provider:write",
        "password:change",
        "profile:write",
        "role:write",
        "user:write",
        "webhook:write",
    }
)
"""By these one makes users, keys and ways to sign in, or changes them, or sends all that happens elsewhere: for people alone."""

SCOPES: frozenset[str] = GRANTABLE - CREDENTIAL_PERMISSIONS
"""What an integration can be allowed."""

LONGEST = timedelta(days=365)
USUAL = timedelta(days=90)
LONGEST_NAME = 120
LIVE_AT_ONCE = 2
"""Of what is to be exchanged, the old one and the new one: keys of one name, and secrets of one client."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed with an integration. `sites` narrow what its creator reads and writes (None: not at all); without
    `networks` it may call from anywhere."""

    name: str
    scopes: frozenset[str]
    sites: Sites
    networks: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeptIntegration:
    """An integration as it is stored."""

    id: UUID
    terms: Terms
    created_by: UUID
    revoked_at: datetime | None
    version: int

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.terms.expires_at


def name_faults(name: str) -> list[Fault]:
    """What is wrong with a tidy name."""
    return [fault] if (fault := text_fault("/name", name, LONGEST_NAME)) else []


def scope_faults(scopes: Sequence[str]) -> list[Fault]:
    """What is wrong with the permissions that an integration is to have."""
    faults = [Fault("/scopes", "required", "name at least one permission")] if not scopes else []
    for index, scope in enumerate(scopes):
        if scope in CREDENTIAL_PERMISSIONS:
            faults.append(Fault(f"/scopes/{index}", "for_people_only", "no integration can have this permission"))
        elif scope not in SCOPES:
            faults.append(Fault(f"/scopes/{index}", "unknown_value", "no such permission"))
    return faults


def read_networks(texts: Sequence[str]) -> tuple[tuple[str, ...], list[Fault]]:
    """The networks in one spelling, and what is wrong with the others."""
    networks: list[str] = []
    faults: list[Fault] = []
    for index, text in enumerate(texts):
        try:
            networks.append(_network(text))
        except ValueError as problem:
            faults.append(Fault(f"/networks/{index}", "bad_format", str(problem)))
    return tuple(dict.fromkeys(networks)), faults


def expiry(now: datetime, wanted: datetime | None) -> tuple[datetime, list[Fault]]:
    """When it ends, and what is wrong with the time that was asked for."""
    if wanted is not None and not now < wanted <= now + LONGEST:
        return wanted, [Fault("/expires_at", "out_of_range", f"must lie ahead, within {LONGEST.days} days")]
    return wanted or now + USUAL, []


_MAPPED = IPv6Network("::ffff:0:0/96")


def _network(text: str) -> str:
    if "%" in text:
        raise ValueError("must be an IP address or a network, such as 192.0.2.0/24, without an interface")
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        raise ValueError("must be written as the IPv4 network that it is")
    return str(network)
