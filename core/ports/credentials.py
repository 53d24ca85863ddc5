"""The port to passwords as they are kept, and to what resets them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Credentials(Protocol):
    """Each change is whole or nothing, with the sessions that it ends. `now` is the caller's time."""

    async def change(
        self, user_id: UUID, known_hash: str, new_hash: str, keep_session: UUID | None, now: datetime
    ) -> bool:
        """Puts a chosen password in the place of the known one, and ends all sessions but one and whatever could reset the
        password. False where the known one is not the present one any more."""
        ...

    async def reachable_as(self, name: str) -> Sequence[UUID]:
        """The people with this login or mail address, in lower case, to whom mail can be sent; a few at most."""
        ...

    async def issue_reset(self, user_id: UUID, digest: bytes, expires_at: datetime, now: datetime) -> None:
        """Keeps the digest of a secret that resets the password once. Of several the latest few are good."""
        ...

    async def can_reset(self, user_id: UUID, digest: bytes, now: datetime) -> bool:
        """Whether the secret of this digest is good."""
        ...

    async def reset(self, user_id: UUID, digest: bytes, new_hash: str, now: datetime) -> bool:
        """Uses the secret up, with all others, puts a chosen password in place and ends all sessions. False where it is not good:
        of several at once one succeeds."""
        ...
