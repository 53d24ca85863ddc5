"""The port to the storage of a company's members and its own roles."""

from typing import Protocol
from uuid import UUID

from core.domain.roles import Member, Role


class PeopleRepository(Protocol):
    """The members and roles of the company of the unit of work."""

    async def close_ranks(self) -> None:
        """Waits for every change of members and roles under way and keeps new ones out until the transaction ends."""
        ...

    async def role(self, reference: str) -> Role | None:
        """The company's own role of this id or code. Presets are not looked for."""
        ...

    async def add_role(self, role: Role) -> None:
        """Adds a role, which has an id. Conflict `role_code_taken`."""
        ...

    async def change_role(self, role: Role) -> int:
        """Stores name and permissions of a role and returns its new version."""
        ...

    async def remove_role(self, role_id: UUID) -> None:
        """Removes a role. Conflict `role_in_use` while somebody holds it."""
        ...

    async def member(self, user_id: UUID) -> Member | None:
        """The member of this id."""
        ...

    async def add_account(self, user_id: UUID, login: str, name: str, password_hash: str, loopback_only: bool) -> None:
        """Adds a person. Conflict `login_taken`."""
        ...

    async def add_member(self, member: Member) -> None:
        """Makes a person a member of the company."""
        ...

    async def change_member(self, member: Member) -> int:
        """Stores role, sites and activity of a member and returns the new version."""
        ...

    async def remove_member(self, user_id: UUID) -> None:
        """Ends a membership. The person stays."""
        ...

    async def has_other_admin(self, user_id: UUID) -> bool:
        """Whether somebody else is an active administrator of the whole company."""
        ...
