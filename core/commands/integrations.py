"""What making and changing API keys and OAuth 2 clients have in common. People alone do it, and only what they have themselves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import Saved, given, require_version
from core.commands.people import SiteList
from core.domain.access import Actor, Sites
from core.domain.errors import Conflict, Fault, Forbidden, NotFound, refuse_if
from core.domain.integration import (
    LIVE_AT_ONCE,
    LONGEST_NAME,
    KeptIntegration,
    Terms,
    expiry,
    name_faults,
    read_networks,
    scope_faults,
)
from core.domain.roles import require_rights
from core.domain.text import tidy
from core.ports.integrations import IntegrationRepository
from core.ports.storage import UnitOfWork

Name = Annotated[str, Meta(max_length=LONGEST_NAME, examples=["Web shop"])]
Scopes = Annotated[list[Annotated[str, Meta(max_length=60, examples=["stock:read"])]], Meta(max_length=200)]
Network = Annotated[str, Meta(max_length=50, description="CIDR, or one address", examples=["192.0.2.0/24"])]
Networks = Annotated[list[Network], Meta(max_length=50)]


class NewIntegration(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What a program may do on its creator's behalf. `scopes` are permissions that the creator has; `sites` narrow where it reads
    and writes (null: wherever its creator does); `networks` are those it may call from (none: any); it ends at `expires_at`,
    after 90 days unless given, after 365 at most."""

    name: Name
    scopes: Scopes
    sites: SiteList | None = None
    networks: Networks = []
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class ChangeIntegration(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes about a key or a client; what is left out stays. Whatever else is to change takes a new one."""

    name: Name | UnsetType = UNSET
    networks: Networks | UnsetType = UNSET


def require_person(actor: Actor, now: datetime) -> None:
    """Raises `Forbidden` unless a person acts who has lately proven who they are."""
    if actor.agent is not None:
        raise Forbidden("for_people_only", "an integration cannot make or change integrations")
    actor.require("api_key:write")
    actor.require_recent(now)


async def agreed(
    uow: UnitOfWork, kept: IntegrationRepository, actor: Actor, wanted: NewIntegration, now: datetime
) -> Terms:
    """The terms of a new integration. Raises `Invalid` with all that is wrong with them, and `Forbidden` with all of them that
    the actor lacks; nobody else takes the name until the transaction ends."""
    require_person(actor, now)
    name = tidy(wanted.name)
    sites, missing = await _sites(uow, wanted.sites)
    networks, malformed = read_networks(wanted.networks)
    expires_at, out_of_time = expiry(now, wanted.expires_at)
    refuse_if([*name_faults(name), *scope_faults(wanted.scopes), *missing, *malformed, *out_of_time])
    terms = Terms(name, frozenset(wanted.scopes), sites, networks, expires_at)
    require_rights(actor, terms.scopes, frozenset(), terms.sites)
    if await uow.people.member(actor.user_id) is None:
        raise Forbidden("not_a_member", "an integration acts on behalf of a member of the company")
    await _require_room(kept, name, now)
    return terms


async def changed(
    kept: IntegrationRepository,
    actor: Actor,
    subject: tuple[UUID, str, int | None],
    change: ChangeIntegration,
    now: datetime,
) -> tuple[Saved, Mapping[str, object]]:
    """Stores the changes of a live integration of this id, kind and version; also, what is told of it."""
    require_person(actor, now)
    integration_id, kind, version = subject
    changes = given(change)
    networks, faults = read_networks(changes.get("networks", ()))
    name = tidy(changes.get("name", ""))
    refuse_if([*(name_faults(name) if "name" in changes else []), *faults])
    found = await opened(kept, integration_id, kind)
    require_version(found.version, version)
    require_live(found, now)
    require_rights(actor, found.terms.scopes, frozenset(), found.terms.sites)
    after = replace(
        found.terms,
        name=name if "name" in changes else found.terms.name,
        networks=networks if "networks" in changes else found.terms.networks,
    )
    if after.name != found.terms.name:
        await _require_room(kept, after.name, now)
    saved = Saved(integration_id, await kept.change(integration_id, after.name, after.networks))
    return saved, {**told(after), "changed": sorted(changes)}


async def revoked(
    kept: IntegrationRepository, actor: Actor, subject: tuple[UUID, str, int | None], now: datetime
) -> Mapping[str, object] | None:
    """Revokes an integration of this id, kind and version; what is told of it, None if it had been revoked before."""
    require_person(actor, now)
    integration_id, kind, version = subject
    found = await opened(kept, integration_id, kind)
    require_version(found.version, version)
    if found.revoked_at is not None:
        return None
    await kept.revoke(integration_id, now)
    return told(found.terms)


async def opened(kept: IntegrationRepository, integration_id: UUID, kind: str) -> KeptIntegration:
    """The integration of this id, which nobody else changes meanwhile."""
    found = await kept.find(integration_id)
    if found is None:
        raise NotFound(f"{kind}_not_found", f"no {kind.replace('_', ' ')} has this id")
    return found


def require_live(found: KeptIntegration, now: datetime) -> None:
    """Raises `Conflict` for what is out of force."""
    if not found.is_live(now):
        raise Conflict("out_of_force", "it has been revoked, or has expired")


def told(terms: Terms) -> Mapping[str, object]:
    """What an event says of an integration."""
    return {
        "name": terms.name,
        "scopes": sorted(terms.scopes),
        "sites": None if terms.sites is None else sorted(terms.sites),
        "networks": list(terms.networks),
        "expires_at": terms.expires_at,
    }


async def _require_room(kept: IntegrationRepository, name: str, now: datetime) -> None:
    await kept.close_names()
    if await kept.namesakes(name, now) >= LIVE_AT_ONCE:
        raise Conflict("name_in_use", f"{LIVE_AT_ONCE} live ones have this name: revoke one first")


async def _sites(uow: UnitOfWork, references: list[str] | None) -> tuple[Sites, list[Fault]]:
    if references is None:
        return None, []
    found = await uow.companies.site_ids(references)
    missing = [index for index, reference in enumerate(references) if reference not in found]
    faults = [Fault(f"/sites/{index}", "not_found", "no site has this id or code") for index in missing]
    return frozenset(found.values()), faults
