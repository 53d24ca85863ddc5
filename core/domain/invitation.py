"""An invitation to a company: for one mail address and one role, good once and not for long."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from core.domain.access import Sites
from core.domain.account import USUAL_LOCALE
from core.domain.errors import Conflict
from core.domain.roles import Member, Role

GOOD_FOR = timedelta(hours=72)
PREFIX = "pirwa_invite_"


class InvitationState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited, to what, by whom. Without a `role` the one that was meant is gone; `role_code` tells which it was."""

    id: UUID
    email: str
    role_code: str
    role: Role | None
    sites: Sites
    read_sites: Sites
    invited_by: UUID
    expires_at: datetime
    name: str | None = None
    locale: str = USUAL_LOCALE
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> InvitationState:
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.revoked_at:
            return InvitationState.REVOKED
        return InvitationState.OPEN if now < self.expires_at else InvitationState.EXPIRED

    def require(self, now: datetime, *states: InvitationState) -> None:
        """Raises `Conflict` when its state is none of these."""
        state = self.state(now)
        if state not in states:
            raise Conflict(f"invitation_{state}", f"this invitation is {state}")

    def member(self, user_id: UUID) -> Member:
        """The person as the member that the invitation makes of them."""
        role = self.role or Role(self.role_code, self.role_code, frozenset())
        return Member(user_id, self.email, role, self.sites, self.read_sites)
