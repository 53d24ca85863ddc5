"""By what a person proves who they are, beside a password."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec


class PasskeyView(msgspec.Struct, frozen=True):
    """A key in one of the person's devices, by the name that they gave it."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None


class SecondFactorState(msgspec.Struct, frozen=True):
    """Whether codes of an app are demanded beside the password and since when, how many recovery codes are left, and the
    person's passkeys, the oldest first."""

    totp: bool
    totp_since: datetime | None
    recovery_codes_left: int
    passkeys: list[PasskeyView]


class SecondFactorReader(Protocol):
    """Reads what belongs to one person."""

    async def state(self, user_id: UUID) -> SecondFactorState:
        """All of it."""
        ...
