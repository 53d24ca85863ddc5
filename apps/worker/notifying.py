"""News outside of the application: one person after another, each in a transaction that queues mail, text message and calls, and marks
what they tell."""

from dataclasses import dataclass
from uuid import UUID

from core.commands.notification_turn import Sending, turn_to
from core.ports.clock import Clock
from core.ports.notifications import PersonalTurns


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sees to the turns of a company's members."""

    turns: PersonalTurns
    clock: Clock
    sending: Sending

    async def notify(self, company_id: UUID) -> bool:
        """Sees to one person whose time has come. Returns whether there may be another."""
        now = self.clock.now()
        async with self.turns.next(company_id, now) as turn:
            if turn is None:
                return False
            await turn_to(turn, now, self.sending)
            return True
