"""What a running set-up holds at a moment, and whether it grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

import psutil
import psycopg

QUEUES = (
    "outbox_event",
    "delivery",
    "mail",
    "audit_unsealed",
    "notification_delivery",
    "inbox_message",
    "job",
    "schedule_run",
    "attempt",
)
"""Tables that work passes through, or whose rows end."""
_HELD = """
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()),
           (SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND state_change < now() - interval '2 seconds'),
           (SELECT count(*) FROM outbox_event WHERE position IS NULL AND occurred_at < now() - interval '5 seconds'),
           (SELECT count(*) FROM delivery WHERE state IN ('new', 'leased') AND next_at < now() - interval '5 seconds'),
           (SELECT count(*) FROM audit_unsealed WHERE at < now() - interval '10 seconds')
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """`seconds` after the beginning; memory in bytes; how many of everything else. `late` are events, deliveries and entries of the audit
    trail that nobody has taken care of for seconds."""

    seconds: float
    memory: int
    descriptors: int
    threads: int
    connections: int
    idle: int
    late: int


def read(process: psutil.Process, superuser: psycopg.Connection, seconds: float) -> Reading:
    """What the process holds, and the database for it."""
    row = superuser.execute(_HELD).fetchone()
    assert row is not None
    connections, idle, *late = row
    held = process.memory_info().rss
    return Reading(seconds, held, process.num_fds(), process.num_threads(), connections, idle, sum(late))


def dead_rows(superuser: psycopg.Connection) -> Mapping[str, float]:
    """Of each table how many of its rows are dead, as a share of those that live; small tables left out."""
    rows = superuser.execute(
        "SELECT relname::text, n_dead_tup::float / greatest(n_live_tup, 1) FROM pg_stat_user_tables WHERE n_dead_tup > 2000"
    ).fetchall()
    return dict(rows)


def slope(readings: Sequence[Reading]) -> float:
    """By how many bytes an hour memory grows: the median of the slopes between all pairs, which single jumps do not move."""
    pairs = combinations(readings, 2)
    return median((after.memory - before.memory) / (after.seconds - before.seconds) for before, after in pairs) * 3_600


def settled(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Those of the last two thirds: by then caches are full and pools are open."""
    return readings[len(readings) // 3 :]
