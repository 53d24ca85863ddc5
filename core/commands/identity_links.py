"""What a person does about the identities by which they are known."""

from uuid import UUID

from core.domain.access import Actor
from core.domain.errors import NotFound
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.sessions import Sessions
from core.ports.single_sign_on import OwnLinks


class IdentityLinkDesk:
    """Takes links away; `SingleSignOn` makes them."""

    def __init__(self, links: OwnLinks, sessions: Sessions, record: SignInRecord, clock: Clock) -> None:
        self._links, self._sessions, self._record, self._clock = links, sessions, record, clock

    async def remove(self, actor: Actor, link_id: UUID) -> None:
        """Nobody comes in by that identity any more, and the person's other sessions end. Raises `NotFound`, also for other
        people's links, and `Forbidden` for whoever has not lately proven who they are."""
        actor.require("profile:write")
        actor.require_recent(self._clock.now())
        if not await self._links.remove(actor.user_id, link_id):
            raise NotFound("identity_link_not_found", "you have no link of this id")
        await self._sessions.end_others(actor.user_id, actor.session_id, self._clock.now())
        self._record.personal(actor.user_id, AuditAction.IDENTITY_UNLINKED, actor.origin)
