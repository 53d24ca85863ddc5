"""The port to the storage of a company's members and its own roles."""

from typing import Protocol
from uuid import UUID

from core.domain.account import AccountState, NewAccount
from core.domain.roles import Member, Role
from core.ports.audit import AuditAction


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

    async def add_account(self, account: NewAccount) -> None:
        """Adds a person. Conflict `login_taken`; `email_taken` for a proven address that is another's."""
        ...

    async def account(self, user_id: UUID) -> AccountState | None:
        """The state of a person's account, whether or not they are a member."""
        ...

    async def owner_of(self, email: str) -> UUID | None:
        """The person who has proven that this address is theirs."""
        ...

    async def prove_email(self, user_id: UUID, email: str) -> None:
        """Notes that this is the person's address, as they have shown. Conflict `email_taken`."""
        ...

    async def has_member_at(self, email: str) -> bool:
        """Whether a member has this address."""
        ...

    async def note(self, action: AuditAction, user_id: UUID) -> None:
        """Records that the actor of the unit of work did this to a person's account."""
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
