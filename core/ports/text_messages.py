"""The port to the queue of text messages. Each is tried until a carrier has taken it or it is given up; what becomes of it is noted at
the news that it tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class WaitingText:
    """A message that is due, and to which number; None: whose it was has none any more. `attempts` counts this try too. `unwanted`:
    whoever has the number has said that they want no more messages of the company."""

    id: UUID
    to: str | None
    text: str
    attempts: int
    unwanted: bool = False


@dataclass(frozen=True, slots=True)
class TextLease:
    """Messages that are ours until the lease ends. `token` proves it."""

    token: UUID
    texts: Sequence[WaitingText]


class TextState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TextOutcome:
    """How a try ended. What waits is tried again `after` that time; a try that is not `counted` was not the message's fault."""

    id: UUID
    state: TextState
    error: str | None = None
    after: timedelta = timedelta(0)
    carrier_id: str | None = None
    counted: bool = True


class TextQueue(Protocol):
    async def claim(self, company_id: UUID, limit: int, lease: timedelta) -> TextLease:
        """Takes messages that are due, and counts the tries before they are made."""
        ...

    async def end(self, company_id: UUID, token: UUID, outcomes: Sequence[TextOutcome]) -> None:
        """Records how tries ended. Without effect for those whose lease has passed to somebody else."""
        ...


class TextBudget(Protocol):
    """How many messages a company may send a day."""

    async def spend(self, company_id: UUID, now: datetime) -> bool:
        """Takes one from what is left of the company's day. Returns whether there was one."""
        ...
