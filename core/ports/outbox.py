"""The ports to the way out: events are numbered and become one delivery for each subscriber, which is tried until it is done.

Everything stands in the database. Whoever takes a delivery holds it by a lease: if they die, it is taken again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.domain.events import Event
from core.ports.plugins import Subscription


@dataclass(frozen=True, slots=True)
class Relayed:
    """How many events got their number, and who has new deliveries."""

    events: int
    subscribers: frozenset[str] = frozenset()


class Outbox(Protocol):
    async def relay(self, company_id: UUID, subscriptions: Sequence[Subscription], limit: int) -> Relayed:
        """Gives up to `limit` committed events of a company the next numbers, in the order in which they happened, and makes
        the deliveries that subscribers want. Only one process does this for a company at a time; others wait."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a subscriber. `attempts` counts this try too."""

    event: Event
    attempts: int


@dataclass(frozen=True, slots=True)
class Lease:
    """Deliveries that are ours until the lease ends. `token` proves it."""

    token: UUID
    deliveries: Sequence[Delivery]


class DeliveryState(StrEnum):
    NEW = "new"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended. What stays new is tried again `after` that time; a try that is not counted was not the event's fault."""

    event_id: UUID
    state: DeliveryState
    error: str | None = None
    after: timedelta = timedelta(0)
    counted: bool = True


class Deliveries(Protocol):
    async def claim(self, company_id: UUID, subscriber: str, limit: int, lease: timedelta) -> Lease:
        """Takes deliveries that are due, of each subject the oldest only. The try is counted before it is made, so that what
        kills its worker is given up in the end."""
        ...

    async def finish(self, company_id: UUID, subscriber: str, token: UUID, outcomes: Sequence[Outcome]) -> None:
        """Records how tries ended. Without effect for those whose lease has passed to somebody else."""
        ...
