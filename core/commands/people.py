"""The people of a company: who is a member, with which role, at which sites. Nobody gives what they lack."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import Saved, given, require_version
from core.commands.roles import find_role
from core.domain.access import Actor, Sites
from core.domain.errors import Conflict, Fault, NotFound, refuse_if
from core.domain.ids import new_id
from core.domain.roles import Member, Role, require_rights, require_standing
from core.ports.storage import UnitOfWork

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Login = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._@+-]{0,119}$", examples=["techcorp_admin"])]
RoleReference = Annotated[str, Meta(min_length=1, max_length=40, description="code of a preset or of an own role")]
SiteReference = Annotated[str, Meta(min_length=1, max_length=100, description="an id, or the code")]
SiteList = Annotated[list[SiteReference], Meta(max_length=200)]

_NO_ROLE = Role("", "", frozenset())
_SITE_LISTS = ("sites", "read_sites")


class CreateUser(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A new person in the company. `sites` may be written; `read_sites` may be read, and are the same unless given. Null
    means every site."""

    login: Login
    name: Name
    password: Annotated[str, Meta(min_length=12, max_length=128)]
    role: RoleReference
    sites: SiteList | None = None
    read_sites: SiteList | UnsetType | None = UNSET

    def __repr__(self) -> str:
        return f"CreateUser(login={self.login!r}, role={self.role!r})"


class NewMember(msgspec.Struct, frozen=True):
    """A person to add, with the password already hashed."""

    login: str
    name: str
    password_hash: str
    role: str
    sites: list[str] | None = None
    read_sites: list[str] | UnsetType | None = UNSET
    loopback_only: bool = False

    def __repr__(self) -> str:
        return f"NewMember(login={self.login!r}, role={self.role!r})"


class ChangeUser(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes about a member of the company; what is left out stays, but for `read_sites` that were the same as `sites`:
    they remain the same. Null means every site."""

    role: RoleReference | UnsetType = UNSET
    sites: SiteList | UnsetType | None = UNSET
    read_sites: SiteList | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET


async def create_user(uow: UnitOfWork, actor: Actor, command: NewMember) -> Saved:
    """Adds a person. A login that exists, in whichever company, is refused and stays as it is."""
    actor.require("user:write")
    await uow.people.close_ranks()
    newcomer = Member(new_id(), command.login, _NO_ROLE, frozenset(), frozenset())
    read_sites = command.sites if command.read_sites is UNSET else command.read_sites
    member = await _placed(uow, newcomer, {"role": command.role, "sites": command.sites, "read_sites": read_sites})
    require_rights(actor, member.role.permissions, member.sites, member.read_sites)
    await uow.people.add_account(
        member.user_id, command.login, command.name, command.password_hash, command.loopback_only
    )
    await uow.people.add_member(member)
    await uow.events.append("user_created", "user", member.user_id, _told(member))
    return Saved(member.user_id, member.version)


async def change_user(uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeUser, int | None]) -> Saved:
    """Changes a member's role, sites or activity, in this company alone."""
    user_id, change, version = command
    actor.require("user:write")
    changes = given(change)
    member = await _opened(uow, actor, user_id, version)
    after = await _placed(uow, member, changes)
    if changes.keys() != {"active"} or after.active:  # ending a membership gives nobody anything
        require_rights(actor, after.role.permissions, after.sites, after.read_sites)
    if not after.is_admin:
        await _require_other_admin(uow, member)
    new_version = await uow.people.change_member(after)
    await uow.events.append("user_changed", "user", user_id, {**_told(after), "changed": sorted(changes)})
    return Saved(user_id, new_version)


async def remove_user(uow: UnitOfWork, actor: Actor, command: tuple[UUID, int | None]) -> None:
    """Ends a membership. The person stays, and so does what they did."""
    user_id, version = command
    actor.require("user:write")
    member = await _opened(uow, actor, user_id, version)
    await _require_other_admin(uow, member)
    await uow.people.remove_member(user_id)
    await uow.events.append("user_removed", "user", user_id, _told(member))


async def _opened(uow: UnitOfWork, actor: Actor, user_id: UUID, version: int | None) -> Member:
    """A member whom this actor may change; nobody else changes members or roles meanwhile."""
    await uow.people.close_ranks()
    member = await uow.people.member(user_id)
    if member is None:
        raise NotFound("user_not_found", "no member of the company has this id")
    require_version(member.version, version)
    require_standing(actor, member)
    return member


async def _require_other_admin(uow: UnitOfWork, member: Member) -> None:
    if member.is_admin and not await uow.people.has_other_admin(member.user_id):
        raise Conflict("last_admin", "the company would be left without an administrator of all its sites")


async def _placed(uow: UnitOfWork, member: Member, wish: Mapping[str, Any]) -> Member:
    """The member with the role, sites and activity wished for. Raises `Invalid` with every fault."""
    faults: list[Fault] = []
    found: dict[str, Any] = {"active": wish.get("active", member.active)}
    if "role" in wish:
        role = await find_role(uow, wish["role"])
        faults += [] if role else [Fault("/role", "not_found", "no role has this code")]
        found["role"] = role or member.role
    for name in _SITE_LISTS:
        if name in wish:
            found[name], missing = await _sites(uow, name, wish[name])
            faults += missing
    if "sites" in wish and "read_sites" not in wish and member.read_sites == member.sites:
        found["read_sites"] = found["sites"]
    placed = replace(member, **found)
    if not placed.reads_what_it_writes:
        faults.append(Fault("/read_sites", "too_narrow", "must hold all of sites: what may be written may be read"))
    refuse_if(faults)
    return placed


async def _sites(uow: UnitOfWork, name: str, references: list[str] | None) -> tuple[Sites, list[Fault]]:
    if references is None:
        return None, []
    found = await uow.companies.site_ids(references)
    missing = [index for index, reference in enumerate(references) if reference not in found]
    faults = [Fault(f"/{name}/{index}", "not_found", "no site has this id or code") for index in missing]
    return frozenset(found.values()), faults


def _told(member: Member) -> Mapping[str, object]:
    """What an event says of a member."""
    return {
        "login": member.login,
        "role": member.role.code,
        "sites": _listed(member.sites),
        "read_sites": _listed(member.read_sites),
        "active": member.active,
    }


def _listed(sites: Sites) -> list[UUID] | None:
    return None if sites is None else sorted(sites)
