"""What happened, as subscribers learn of it: in the past tense, with a number that has no gaps within a company."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Event:
    """A fact. `data` holds ids, decimals as text, and never a cost; an event may come more than once, with the same id."""

    id: UUID
    position: int
    type: str
    subject_type: str
    subject_id: UUID
    occurred_at: datetime
    data: Mapping[str, Any]
