"""Invitations as the company sees them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.invitation import InvitationState
from core.queries.paging import Page


class InvitationView(msgspec.Struct, frozen=True):
    """An invitation of the company. `role` is a code; null sites mean every site. `sent_at` is when its link was last sent."""

    id: UUID
    state: InvitationState
    email: str
    name: str | None
    locale: str
    role: str
    sites: Sequence[UUID] | None
    read_sites: Sequence[UUID] | None
    invited_by: UUID
    created_at: datetime
    sent_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    accepted_by: UUID | None
    revoked_at: datetime | None


class InvitationReader(Protocol):
    """Reads invitations."""

    async def invitations(
        self, actor: Actor, state: InvitationState | None, limit: int, cursor: str | None
    ) -> Page[InvitationView]:
        """Those of the actor's company, the newest first."""
        ...

    async def invitation(self, actor: Actor, invitation_id: UUID) -> InvitationView:
        """One of them. NotFound `invitation_not_found`."""
        ...
