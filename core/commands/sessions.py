"""A person's own sessions: looking over them, and ending them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from core.domain.access import Actor
from core.domain.errors import NotFound
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.sessions import SessionKind, Sessions


class SessionView(msgspec.Struct, frozen=True):
    """A session in force. `device` is what the program said it is, `methods` how its owner proved who they are (RFC 8176)."""

    id: UUID
    kind: SessionKind
    is_current: bool
    device: str
    address: str
    methods: Sequence[str]
    created_at: datetime
    last_seen_at: datetime
    authenticated_at: datetime
    expires_at: datetime


class OwnSessions:
    """What somebody may see of their sessions, and do to them. Raises `Forbidden` for whoever gave no proof of their own, except
    from signing out."""

    def __init__(self, sessions: Sessions, record: SignInRecord, clock: Clock) -> None:
        self._sessions, self._record, self._clock = sessions, record, clock

    async def listed(self, actor: Actor) -> list[SessionView]:
        """The sessions in force, the latest seen first."""
        actor.require_own_proof()
        found = await self._sessions.of(actor.user_id, self._clock.now())
        return [
            SessionView(
                one.id,
                one.kind,
                one.id == actor.session_id,
                one.device,
                one.address,
                one.methods,
                one.created_at,
                one.last_seen_at,
                one.authenticated_at,
                one.expires_at,
            )
            for one in found
        ]

    async def sign_out(self, actor: Actor) -> None:
        """Ends the session by which the caller came."""
        if actor.session_id and await self._sessions.end(actor.user_id, actor.session_id, self._clock.now()):
            self._record.personal(actor.user_id, AuditAction.SIGNED_OUT, actor.origin)

    async def end(self, actor: Actor, session_id: UUID) -> None:
        """Ends one session. Raises `NotFound` for one that is not the caller's."""
        actor.require_own_proof()
        if not await self._sessions.end(actor.user_id, session_id, self._clock.now()):
            raise NotFound("session_not_found", "no session of yours has this id")
        self._record.personal(actor.user_id, AuditAction.SESSION_ENDED, actor.origin)

    async def end_others(self, actor: Actor) -> None:
        """Ends all sessions but the one by which the caller came."""
        actor.require_own_proof()
        if await self._sessions.end_others(actor.user_id, actor.session_id, self._clock.now()):
            self._record.personal(actor.user_id, AuditAction.SESSION_ENDED, actor.origin)
