"""A company's own roles beside the presets. Nobody makes or changes a role that holds more than they have."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import Saved, given, require_version
from core.domain.access import PRESETS, Actor
from core.domain.errors import Conflict, Fault, NotFound, refuse_if
from core.domain.ids import new_id
from core.domain.roles import COMPANY_PRESETS, GRANTABLE, Role, require_rights
from core.ports.storage import UnitOfWork

RoleCode = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,39}$", examples=["storekeeper"])]
RoleName = Annotated[str, Meta(min_length=1, max_length=120)]
Permissions = Annotated[list[Annotated[str, Meta(max_length=60, examples=["stock:read"])]], Meta(max_length=200)]


class CreateRole(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A new role. Its code is what members are given it by, and stays."""

    code: RoleCode
    name: RoleName
    permissions: Permissions


class ChangeRole(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What changes about a role; what is left out stays. `permissions` are all that it holds from now on."""

    name: RoleName | UnsetType = UNSET
    permissions: Permissions | UnsetType = UNSET


async def create_role(uow: UnitOfWork, actor: Actor, command: CreateRole) -> Saved:
    actor.require("role:write")
    refuse_if(_faults(command.permissions))
    if command.code in PRESETS:
        raise Conflict("role_code_taken", "a preset has this code")
    role_id = new_id()
    role = Role(command.code, command.name, frozenset(command.permissions), role_id)
    _require_whole(actor, role.permissions)
    await uow.people.add_role(role)
    await uow.events.append("role_created", "role", role_id, _told(role))
    return Saved(role_id, role.version)


async def change_role(uow: UnitOfWork, actor: Actor, command: tuple[str, ChangeRole, int | None]) -> Saved:
    reference, change, version = command
    actor.require("role:write")
    changes = given(change)
    refuse_if(_faults(changes.get("permissions", ())))
    role_id, role = await _opened(uow, actor, reference, version)
    after = replace(role, **{**changes, "permissions": frozenset(changes.get("permissions", role.permissions))})
    _require_whole(actor, after.permissions)
    new_version = await uow.people.change_role(after)
    await uow.events.append("role_changed", "role", role_id, {**_told(after), "changed": sorted(changes)})
    return Saved(role_id, new_version)


async def delete_role(uow: UnitOfWork, actor: Actor, command: tuple[str, int | None]) -> None:
    """Deletes a role that nobody holds."""
    reference, version = command
    actor.require("role:write")
    role_id, role = await _opened(uow, actor, reference, version)
    await uow.people.remove_role(role_id)
    await uow.events.append("role_deleted", "role", role_id, _told(role))


async def find_role(uow: UnitOfWork, reference: str) -> Role | None:
    """The preset of this code, or the company's own role of this id or code."""
    return COMPANY_PRESETS.get(reference) or await uow.people.role(reference)


async def _opened(uow: UnitOfWork, actor: Actor, reference: str, version: int | None) -> tuple[UUID, Role]:
    """A role that may be changed by this actor, and its id; nobody else changes roles or members meanwhile."""
    await uow.people.close_ranks()
    role = await find_role(uow, reference)
    if role is None:
        raise NotFound("role_not_found", "no role has this id or code")
    if role.id is None:
        raise Conflict("preset_role", "a preset is the same in every company: make a role of your own")
    require_version(role.version, version)
    _require_whole(actor, role.permissions)
    return role.id, role


def _require_whole(actor: Actor, permissions: frozenset[str]) -> None:
    """A role counts wherever its holders work, so it takes the same rights at every site."""
    require_rights(actor, permissions, None, None)


def _faults(permissions: Sequence[str]) -> list[Fault]:
    unknown = [index for index, permission in enumerate(permissions) if permission not in GRANTABLE]
    return [Fault(f"/permissions/{index}", "unknown_value", "no such permission") for index in unknown]


def _told(role: Role) -> Mapping[str, object]:
    return {"code": role.code, "name": role.name, "permissions": sorted(role.permissions)}
