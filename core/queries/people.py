"""The people of a company and the roles that they can have."""

from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.queries.paging import Page


class UserView(msgspec.Struct, frozen=True):
    """A member of the company. `sites` may be written, `read_sites` read; null means every site. `active` is whether they can
    sign in to this company."""

    id: UUID
    login: str
    name: str
    role: str
    sites: list[UUID] | None
    read_sites: list[UUID] | None
    active: bool
    version: int


class UserFilter(msgspec.Struct, frozen=True):
    """Which members: whose login or name has a part, who have a role (by its code), who are active or not."""

    q: str | None = None
    role: str | None = None
    active: bool | None = None


class RoleView(msgspec.Struct, frozen=True):
    """A set of permissions. A preset is the same in every company and has no id; the company's own roles can be changed."""

    id: UUID | None
    code: str
    name: str
    is_preset: bool
    permissions: list[str]
    version: int


class PeopleReader(Protocol):
    """Reads the members and roles of the actor's company."""

    async def users(
        self, actor: Actor, wanted: UserFilter, limit: int, cursor: str | None, *, total: bool
    ) -> Page[UserView]:
        """Members by login."""
        ...

    async def user(self, actor: Actor, user_id: UUID) -> UserView:
        """One member. NotFound `user_not_found`."""
        ...

    async def roles(self, actor: Actor) -> Page[RoleView]:
        """The presets from the highest rank down, then the company's own roles by code."""
        ...

    async def role(self, actor: Actor, reference: str) -> RoleView:
        """The preset of this code, or the company's own role of this id or code. NotFound `role_not_found`."""
        ...
