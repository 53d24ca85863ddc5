"""From a person to somebody who acts in a company."""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from uuid import UUID

from core.domain.access import PERSONAL, PRESETS, Actor, Sites
from core.domain.errors import NotFound, Unauthenticated
from core.domain.roles import COMPANY_PRESETS, GRANTABLE
from core.ports.identity import Identity, Membership
from core.ports.integrations import Integration

FIRST = frozenset({"password:change"})
"""What somebody may do who must change their password: that, and signing out."""


def may_sign_in(identity: Identity, *, on_loopback: bool) -> bool:
    """Not the deactivated, and people with a demo password only while nobody else can reach the server."""
    return identity.active and (on_loopback or not identity.loopback_only)


def actor_in(identity: Identity, company_id: UUID | None) -> Actor | None:
    """The person with their rights in that company, or None if it is not open to them."""
    if identity.must_change_password:
        return Actor(identity.user_id, company_id, FIRST, restricted_by="password_change_required")
    if company_id is None:
        return Actor(identity.user_id, None, PRESETS["platform_owner"] if identity.is_platform_owner else PERSONAL)
    membership = identity.membership_in(str(company_id))
    if membership is None:
        return None
    return Actor(identity.user_id, company_id, _rights(membership), membership.sites, membership.read_sites)


def actor_for(integration: Integration, identity: Identity) -> Actor | None:
    """The integration with those of its scopes that the person who let it in still has, or None if they are out."""
    person = actor_in(identity, integration.company_id)
    if person is None or person.restricted_by:
        return None
    return Actor(
        integration.user_id,
        integration.company_id,
        integration.scopes & person.permissions,
        _both(integration.sites, person.sites),
        _both(integration.sites, person.read_sites),
        agent=integration.agent,
    )


def shared_by(one: Actor, other: Actor) -> Actor:
    """The other with those of their rights that the one has too: what both may do in the company."""
    return Actor(
        other.user_id,
        other.company_id,
        one.permissions & other.permissions,
        _both(one.sites, other.sites),
        _both(one.read_sites, other.read_sites),
    )


def calls_from(integration: Integration, address: str) -> bool:
    """Whether the integration may call from that address."""
    if not integration.networks:
        return True
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    caller = getattr(caller, "ipv4_mapped", None) or caller
    return any(caller in _network(network) for network in integration.networks)


@lru_cache(maxsize=1_024)  # every request of a program asks about the same few
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


def credentials_refused() -> Unauthenticated:
    """The one answer to whoever did not prove who they are, or may not sign in."""
    return Unauthenticated("invalid_credentials", "the login or the password is wrong")


def company_not_found() -> NotFound:
    """The one answer for a company that does not exist and for one that is not the caller's."""
    return NotFound("company_not_found", "no company of yours has this id or code")


def _rights(membership: Membership) -> frozenset[str]:
    """Of a company's own role only what it can hold counts, and everybody has their own account."""
    if membership.permissions is not None:
        return (membership.permissions & GRANTABLE) | PERSONAL
    preset = COMPANY_PRESETS.get(membership.role)
    return preset.permissions if preset else frozenset()


def _both(one: Sites, other: Sites) -> Sites:
    if one is None or other is None:
        return one if other is None else other
    return one & other
