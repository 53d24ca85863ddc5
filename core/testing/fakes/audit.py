"""`SignInRecord` in memory."""

from uuid import UUID

from core.domain.access import Actor, Origin
from core.ports.audit import AuditAction


class InMemorySignIns:
    """Keeps who came in and whose attempt failed, in order."""

    def __init__(self) -> None:
        self.entries: list[tuple[AuditAction, UUID, Origin | None]] = []

    def note(self, actor: Actor, action: AuditAction) -> None:
        self.entries.append((action, actor.user_id, actor.origin))

    async def entered(self, actor: Actor) -> None:
        self.note(actor, AuditAction.ENTERED)

    async def acted(self, actor: Actor, request: str) -> None:
        self.note(actor, AuditAction.ACTED)

    def failed(self, user_id: UUID, company: str | None, origin: Origin) -> None:
        self.entries.append((AuditAction.SIGN_IN_FAILED, user_id, origin))

    def personal(self, user_id: UUID, action: AuditAction, origin: Origin | None) -> None:
        self.entries.append((action, user_id, origin))
