"""Postings by the hundred thousand: `ledger_load` in large batches, one being prepared while another is recorded.

The days that they reach back to are opened once before and closed once after, instead of being corrected by each of them.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from adapters.postgres.engine import Connection
from adapters.postgres.ledger import Entry, parameters
from core.domain.access import Actor
from core.domain.stock import Posting

# A balance that changes often in one transaction leaves a trail of versions behind, so few large batches are best; this one
# takes the server some 100 MB while it is recorded.
BATCH_LINES = 50_000

_REOPEN = "SELECT ledger_reopen_checkpoints((%s AT TIME ZONE 'UTC')::date)"
_CONCLUDE = "SELECT ledger_checkpoint((now() AT TIME ZONE 'UTC')::date - 1), ledger_learn_sizes()"
_LEARN = "SELECT ledger_learn_sizes()"
_LOAD = "SELECT ledger_load(%s::json, %s::json)"


@dataclass(frozen=True, slots=True)
class _Batch:
    headers: object
    entries: object
    lines: int


async def load_postings(
    connection: Connection, actor: Actor, since: datetime, postings: Iterable[Posting], posted: Callable[[int], None]
) -> None:
    """Records postings, none of which took effect before `since`, in the transaction of the connection; `posted` is told how
    many lines that are so far."""
    await connection.execute(_REOPEN, (since,))
    batches = _batches(actor, postings)
    batch, lines = await asyncio.to_thread(next, batches, None), 0
    while batch:
        recorded = connection.execute(_LOAD, (batch.headers, batch.entries))
        _, upcoming = await asyncio.gather(recorded, asyncio.to_thread(next, batches, None))
        if not lines:  # the plans of the first batch were made for tables as small as it found them
            await connection.execute(_LEARN)
        lines += batch.lines
        posted(lines)
        batch = upcoming
    await connection.execute(_CONCLUDE)


def _batches(actor: Actor, postings: Iterable[Posting]) -> Iterator[_Batch]:
    batch: list[Posting] = []
    lines = 0
    for posting in postings:
        batch.append(posting)
        lines += len(posting.lines)
        if lines >= BATCH_LINES:
            yield _batch(actor, batch, lines)
            batch, lines = [], 0
    if batch:
        yield _batch(actor, batch, lines)


def _batch(actor: Actor, postings: list[Posting], lines: int) -> _Batch:
    _, headers, entries, _ = parameters([Entry(actor, postings)], answer=False)
    return _Batch(headers, entries, lines)
