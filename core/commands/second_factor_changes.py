"""What follows whenever somebody changes by what they prove who they are."""

from core.domain.access import Actor
from core.domain.letters import Letter, letter
from core.ports.audit import AuditAction, SignInRecord
from core.ports.clock import Clock
from core.ports.identity import IdentityStore
from core.ports.mail import Mailbox
from core.ports.sessions import Sessions


class SecondFactorChanges:
    """Ends what a stranger may have opened, and tells those concerned. `link` is where people sign in."""

    def __init__(
        self,
        sessions: Sessions,
        identities: IdentityStore,
        mailbox: Mailbox,
        record: SignInRecord,
        clock: Clock,
        link: str,
    ) -> None:
        self._sessions = sessions
        self._identities = identities
        self._mailbox = mailbox
        self._record = record
        self._clock = clock
        self._link = link

    def require_proof(self, actor: Actor) -> None:
        """Raises `Forbidden` unless this is a person, changing their own account, who proved lately who they are."""
        actor.require("profile:write")
        actor.require_recent(self._clock.now())

    async def made(self, actor: Actor, action: AuditAction) -> None:
        """Ends all sessions of the person but the one that made the change, records the change, and writes to them about it."""
        await self._sessions.end_others(actor.user_id, actor.session_id, self._clock.now())
        self._record.personal(actor.user_id, action, actor.origin)
        person = await self._identities.identity(actor.user_id)
        if person and person.email:
            kind = Letter.SECOND_FACTOR_CHANGED
            await self._mailbox.post(letter(kind, person.locale, person.email, name=person.name, link=self._link))
