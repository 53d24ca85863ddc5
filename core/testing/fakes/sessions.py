"""`Sessions` in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from core.domain.access import Origin
from core.domain.throttling import network_of
from core.ports.sessions import GRACE, LONGEST_IDLE, NewSession, Reused, Rotated, SessionKind, SessionState


@dataclass
class _Token:
    session_id: UUID
    expires_at: datetime
    used_at: datetime | None = None
    used_by: str = ""
    successor: str | None = None


class InMemorySessions:
    """Sessions and refresh tokens of one process."""

    def __init__(self) -> None:
        self._sessions: dict[UUID, SessionState] = {}
        self._cookies: dict[bytes, UUID] = {}
        self._tokens: dict[bytes, _Token] = {}

    async def begin(self, session: NewSession, now: datetime) -> bool:
        self._sessions[session.id] = session.begun(now)
        if session.kind is SessionKind.COOKIE:
            self._cookies[session.digest] = session.id
        else:
            self._tokens[session.digest] = _Token(session.id, now + LONGEST_IDLE)
        return True

    async def in_force(self, user_id: UUID, session_id: UUID, now: datetime) -> SessionState | None:
        session = self._sessions.get(session_id)
        if session is None or session.user_id != user_id or not _counts(session, now):
            return None
        self._sessions[session_id] = replace(session, last_seen_at=now)
        return session

    async def by_cookie(self, user_id: UUID, digest: bytes, now: datetime) -> SessionState | None:
        session_id = self._cookies.get(digest)
        return await self.in_force(user_id, session_id, now) if session_id else None

    async def rotate(
        self, user_id: UUID, shown: bytes, successor: bytes, sealed: str, origin: Origin, now: datetime
    ) -> Rotated | Reused | None:
        token = self._tokens.get(shown)
        session = await self.in_force(user_id, token.session_id, now) if token else None
        if token is None or session is None:
            return None
        by = f"{network_of(origin.address)} {origin.device}"
        if token.used_at is None:
            if token.expires_at <= now:
                return None
            for other in self._tokens.values():
                if other.session_id == session.id:
                    other.successor = None
            token.used_at, token.used_by, token.successor = now, by, sealed
            self._tokens[successor] = _Token(session.id, now + LONGEST_IDLE)
            return Rotated(session, sealed)
        if token.successor is not None and token.used_by == by and now - token.used_at <= GRACE:
            return Rotated(session, token.successor)
        await self.end(user_id, session.id, now)
        return Reused(session.id)

    async def choose(self, user_id: UUID, session_id: UUID, company_id: UUID | None) -> None:
        self._sessions[session_id] = replace(self._sessions[session_id], company_id=company_id)

    async def prove(self, user_id: UUID, session_id: UUID, methods: Sequence[str], now: datetime) -> None:
        session = self._sessions[session_id]
        proven = tuple(sorted({*session.methods, *methods}))
        self._sessions[session_id] = replace(session, authenticated_at=now, methods=proven)

    async def end(self, user_id: UUID, session_id: UUID, now: datetime) -> bool:
        session = self._sessions.get(session_id)
        if session is None or session.user_id != user_id:
            return False
        del self._sessions[session_id]
        return _counts(session, now)

    async def end_others(self, user_id: UUID, keep: UUID | None, now: datetime) -> int:
        others = [one.id for one in await self.of(user_id, now) if one.id != keep]
        for session_id in others:
            del self._sessions[session_id]
        return len(others)

    async def of(self, user_id: UUID, now: datetime) -> Sequence[SessionState]:
        return [one for one in self._sessions.values() if one.user_id == user_id and _counts(one, now)]


def _counts(session: SessionState, now: datetime) -> bool:
    return now < session.expires_at and now - session.last_seen_at < LONGEST_IDLE
