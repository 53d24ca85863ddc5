"""The ports to invitations: as a company stores them, and as they are found by their links."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.invitation import Invitation, InvitationState


class InvitationRepository(Protocol):
    """The invitations of the company of the unit of work. What is found stays as it is until the transaction ends."""

    async def add(self, invitation: Invitation, digest: bytes, now: datetime) -> None:
        """Adds an invitation that was just sent, with the digest of the secret in its link."""
        ...

    async def withdraw(self, email: str, now: datetime) -> None:
        """Revokes what was sent to an address and neither accepted nor revoked."""
        ...

    async def by_id(self, invitation_id: UUID) -> Invitation | None:
        """The invitation of this id."""
        ...

    async def by_secret(self, digest: bytes) -> Invitation | None:
        """The invitation whose link has the secret of this digest."""
        ...

    async def renew(
        self, invitation_id: UUID, invited_by: UUID, digest: bytes, expires_at: datetime, now: datetime
    ) -> None:
        """Notes that it was sent again, by whom; the link of before is dead."""
        ...

    async def revoke(self, invitation_id: UUID, now: datetime) -> None:
        """Puts it out of force."""
        ...

    async def accept(self, invitation_id: UUID, user_id: UUID, now: datetime) -> None:
        """Notes who accepted it. Conflict `invitation_accepted` where it is not open any more."""
        ...


class InvitationOffer(msgspec.Struct, frozen=True):
    """What an invitation offers to whoever got its link. With `has_account` there is somebody who has proven that this address is
    theirs: they sign in first, then accept."""

    company: str
    email: str
    name: str | None
    locale: str
    role: str
    state: InvitationState
    expires_at: datetime
    has_account: bool


class InvitationOffers(Protocol):
    """Finds invitations by their links, for whoever has one."""

    async def offer(self, company_id: UUID, digest: bytes) -> InvitationOffer | None:
        """The invitation of this company whose link has the secret of this digest. None also where the company is suspended."""
        ...
