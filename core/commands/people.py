"""The people of a company: who is a member, with which role, at which sites. Nobody gives what they lack."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from core.commands.changes import Saved, given, require_version
from core.commands.placement import newcomer, placed
from core.domain.access import Actor, Sites
from core.domain.account import USUAL_LOCALE, NewAccount
from core.domain.errors import Conflict, Fault, NotFound
from core.domain.ids import new_id
from core.domain.roles import Member, require_rights, require_standing
from core.ports.audit import AuditAction
from core.ports.storage import UnitOfWork

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Login = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._@+-]{0,119}$", examples=["techcorp_admin"])]
RoleReference = Annotated[str, Meta(min_length=1, max_length=40, description="code of a preset or of an own role")]
ChosenPassword = Annotated[str, Meta(min_length=1, max_length=128, description="at least 12 characters, hard to guess")]
Address = Annotated[str, Meta(min_length=1, max_length=254, examples=["ana@example.org"])]
SiteReference = Annotated[str, Meta(min_length=1, max_length=100, description="an id, or the code")]
SiteList = Annotated[list[SiteReference], Meta(max_length=200)]


class CreateUser(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A new person in the company. `sites` may be written; `read_sites` may be read, and are the same unless given. Null
    means every site. Whoever sets the first password knows it, so it must be changed at the first sign-in unless said
    otherwise. People who are somewhere else already are invited."""

    login: Login
    name: Name
    password: ChosenPassword
    role: RoleReference
    sites: SiteList | None = None
    read_sites: SiteList | UnsetType | None = UNSET
    email: Address | None = None
    must_change_password: bool = True

    def __repr__(self) -> str:
        return f"CreateUser(login={self.login!r}, role={self.role!r})"


class NewMember(msgspec.Struct, frozen=True):
    """A person to add, with the password already hashed, and what was found wrong with them until now."""

    login: str
    name: str
    password_hash: str
    role: str
    sites: list[str] | None = None
    read_sites: list[str] | UnsetType | None = UNSET
    loopback_only: bool = False
    must_change_password: bool = False
    email: str | None = None
    email_is_proven: bool = False
    locale: str = USUAL_LOCALE
    id: UUID = msgspec.field(default_factory=new_id)
    faults: Sequence[Fault] = ()

    @property
    def account(self) -> NewAccount:
        """Without the company."""
        return NewAccount(
            self.id,
            self.login,
            self.name,
            self.password_hash,
            self.email,
            self.email_is_proven,
            self.locale,
            self.must_change_password,
            self.loopback_only,
        )

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
    member = await newcomer(
        uow, actor, (command.id, command.login), command.role, command.sites, command.read_sites, command.faults
    )
    await uow.people.add_account(command.account)
    await join(uow, member)
    return Saved(member.user_id, member.version)


async def join(uow: UnitOfWork, member: Member) -> None:
    """Makes a person with an account a member of the company."""
    await uow.people.add_member(member)
    await uow.events.append("user_created", "user", member.user_id, _told(member))


async def allow_reset(uow: UnitOfWork, actor: Actor, user_id: UUID) -> None:
    """Lets a member be sent what resets their password, to their own address."""
    actor.require("user:write")
    await _opened(uow, actor, user_id, None)
    account = await uow.people.account(user_id)
    if account is None or account.email is None:
        raise Conflict("no_email", "nobody knows a mail address of this person")
    await uow.people.note(AuditAction.PASSWORD_RESET_REQUESTED, user_id)


async def change_user(uow: UnitOfWork, actor: Actor, command: tuple[UUID, ChangeUser, int | None]) -> Saved:
    """Changes a member's role, sites or activity, in this company alone."""
    user_id, change, version = command
    actor.require("user:write")
    changes = given(change)
    member = await _opened(uow, actor, user_id, version)
    after = await placed(uow, member, changes)
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
