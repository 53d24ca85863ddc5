"""Replenishment: whatever touched stock is looked at in turns, a few policies at a time; once a day orders are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from adapters.postgres.due_work import DueWork
from apps.worker.jobs import NOBODY, each
from apps.worker.schedule import Job
from core.commands.replenishment import Replenishing
from core.commands.replenishment_orders import AGENT
from core.domain.access import Actor
from core.ports.replenishment import Scope

POLICIES_AT_ONCE = 2_000
"""Well under a second's work: for so long policies of a turn cannot be changed."""


@dataclass(frozen=True, slots=True)
class Replenisher:
    """Runs replenishment for every company. What was done twice was done once."""

    due: DueWork
    replenishing: Replenishing

    def jobs(self) -> Sequence[Job]:
        """Orders are written once a day, at nine (UTC), so that one of each supplier holds what a day brought."""
        return (Job("replenish", self.write_orders, timedelta(days=1), timedelta(hours=9)),)

    async def propose(self, company_id: UUID) -> bool:
        """Looks at some of the company's policies that are due. Returns whether there may be more."""
        evaluated = await self.replenishing.propose(_system(company_id), Scope(most=POLICIES_AT_ONCE))
        return evaluated.policies == POLICIES_AT_ONCE

    async def write_orders(self, slot: datetime) -> None:
        """Looks at all that is due and makes the orders and transfers of policies that want that."""
        await each(await self.due.companies(), lambda company: self.replenishing.whole(_system(company), Scope()))


def _system(company_id: UUID) -> Actor:
    return Actor(NOBODY, company_id, frozenset(), agent=AGENT)
