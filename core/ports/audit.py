"""The audit trail: what is recorded of signing in. Changes of rows are recorded by the storage itself."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from core.domain.access import Actor, Origin


class AuditAction(StrEnum):
    """What an entry of the trail says was done."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SWITCHED = "switched"
    ENTERED = "entered"
    ACTED = "acted"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    PASSWORD_RESET_REQUESTED = "password_reset_requested"  # noqa: S105
    IDENTITY_CONFIRMED = "identity_confirmed"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    PROFILE_CHANGED = "profile_changed"
    EMAIL_CHANGED = "email_changed"
    PHONE_CHANGED = "phone_changed"
    TOTP_ENABLED = "totp_enabled"
    TOTP_DISABLED = "totp_disabled"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"


class SignInRecord(Protocol):
    """Records how people came in, beside the answer that they get: it neither waits for this nor fails with it. Of the platform's owner
    more is recorded, and before the answer: where that cannot be, nothing is done."""

    def note(self, actor: Actor, action: AuditAction) -> None:
        """Somebody signed in to the company of the actor, or switched to it; or the actor is an integration, which did or failed
        to."""
        ...

    async def entered(self, actor: Actor) -> None:
        """The platform's owner is in the company of the actor, for the reason that the actor bears. It is recorded when this returns."""
        ...

    async def acted(self, actor: Actor, request: str) -> None:
        """There, they make a request that may change something. It is recorded when this returns."""
        ...

    def failed(self, user_id: UUID, company: str | None, origin: Origin) -> None:
        """An attempt with a known account failed. It belongs to the company that was asked for (by id or code), or else to
        the one that signing in would have led to; an account without a company has nobody to be told."""
        ...

    def personal(self, user_id: UUID, action: AuditAction, origin: Origin | None) -> None:
        """Something happened to the account of a person. It belongs to every company of which they are a member."""
        ...


class AuditHead(msgspec.Struct, frozen=True):
    """How far the trail of a company had come at a moment: the number of its last seal, and the hash of that one in hexadecimal."""

    company_id: UUID
    company: str
    number: int
    hash: str
    at: datetime


class AuditChain(Protocol):
    """Seals the trail of a company: each entry is bound to the one before, by a key that is not kept beside them."""

    async def seal(self, company_id: UUID) -> bool:
        """Seals some of the entries that wait. Returns whether there may be more."""
        ...

    async def faults(self, company_id: UUID) -> Sequence[str]:
        """Where the trail is not as it was sealed: its first broken row, and entries that never came by the way of all."""
        ...
