"""Work in the background for one person: how it stands, how much of it there may be, how long its result is kept."""

from datetime import timedelta
from enum import StrEnum

KEPT = timedelta(days=7)
MOST_OPEN = 5
"""Jobs of one person that are not ended."""


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.WAITING, JobState.RUNNING)
