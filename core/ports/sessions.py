"""The port to sessions: what somebody has who signed in, until it ends, is ended or lies idle for too long."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.domain.access import Origin

LONGEST = timedelta(days=90)
LONGEST_IDLE = timedelta(days=14)
SINGLE_SIGN_ON = "sso"
"""The method of a session that an identity provider vouched for."""
GRACE = timedelta(seconds=10)
"""For how long a refresh token that was just used may be shown again, by the same device: two tabs may do it at once."""


class SessionKind(StrEnum):
    """How the session is shown: by tokens, or by a cookie that no script can read."""

    TOKEN = "token"  # noqa: S105
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to begin, with the digest of what shows it: a refresh token, or the cookie. `methods` are those of RFC 8176;
    `password_hash` is the one by which its owner was recognised, if they were by a password."""

    id: UUID
    user_id: UUID
    kind: SessionKind
    company_id: UUID | None
    methods: tuple[str, ...]
    origin: Origin
    digest: bytes = field(repr=False)
    password_hash: str | None = field(default=None, repr=False)

    def begun(self, now: datetime) -> "SessionState":
        """The session as it is in the beginning."""
        return SessionState(
            self.id,
            self.user_id,
            self.kind,
            self.company_id,
            self.methods,
            self.origin.address,
            self.origin.device,
            authenticated_at=now,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LONGEST,
        )


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session in force. `authenticated_at` is when its owner last proved who they are."""

    id: UUID
    user_id: UUID
    kind: SessionKind
    company_id: UUID | None
    methods: tuple[str, ...]
    address: str
    device: str
    authenticated_at: datetime
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime

    @property
    def is_confined(self) -> bool:
        """Whether one company's identity provider is all that speaks for its owner. Whoever runs that provider can say what they
        like, so it opens no other company and touches no credentials until its owner gives a proof of their own."""
        return self.methods == (SINGLE_SIGN_ON,)


@dataclass(frozen=True, slots=True)
class Rotated:
    """A refresh token became another: `successor` is the sealed text of the one that counts now."""

    session: SessionState
    successor: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reused:
    """A refresh token was shown that had been used before. Its session, with all that came of it, has been ended."""

    session_id: UUID


class Sessions(Protocol):
    """Sessions of people. `now` is the caller's time."""

    async def begin(self, session: NewSession, now: datetime) -> bool:
        """Keeps a new session. False, and nothing kept, when its owner has another password by now than the one it is opened by:
        whoever sets another ends all sessions, and none slips through that was on its way."""
        ...

    async def in_force(self, user_id: UUID, session_id: UUID, now: datetime) -> SessionState | None:
        """The session if it counts, noted as seen now."""
        ...

    async def by_cookie(self, user_id: UUID, digest: bytes, now: datetime) -> SessionState | None:
        """The session of a cookie if it counts, noted as seen now."""
        ...

    async def rotate(
        self, user_id: UUID, shown: bytes, successor: bytes, sealed: str, origin: Origin, now: datetime
    ) -> Rotated | Reused | None:
        """Uses up the refresh token with the digest `shown` and puts `successor` in its place.

        One that is shown again within `GRACE` from the same device gives the successor of the first time; shown later, or from
        elsewhere, it ends the session. None for a token that does not exist, has expired, or whose session has ended.
        """
        ...

    async def choose(self, user_id: UUID, session_id: UUID, company_id: UUID | None) -> None:
        """Makes this the company of the session."""
        ...

    async def prove(self, user_id: UUID, session_id: UUID, methods: Sequence[str], now: datetime) -> None:
        """Notes that the owner proved once more who they are."""
        ...

    async def end(self, user_id: UUID, session_id: UUID, now: datetime) -> bool:
        """Ends one session. Returns whether it was in force."""
        ...

    async def end_others(self, user_id: UUID, keep: UUID | None, now: datetime) -> int:
        """Ends all sessions of a person but one. Returns how many."""
        ...

    async def of(self, user_id: UUID, now: datetime) -> Sequence[SessionState]:
        """The sessions in force, the latest seen first."""
        ...
