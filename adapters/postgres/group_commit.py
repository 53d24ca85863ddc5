"""Group commit: while one transaction is on its way, the postings that arrive meanwhile form the next.

Each company's postings form groups of their own, because a transaction has one company. A group that fails is replayed
request by request, so nobody's refusal is another's; but not where no connection was free, because who asks again there
only makes them scarcer, and not those without a key where the database was lost, because they may be recorded. No timer: a lone caller waits for nobody.

A group leaves some for the next where more wait than were in the last: half of them all. Clients who ask again and again come to
stand in two groups of one size then, of which the database records one while the application speaks with the other; with a large and
a small one, both would wait for each other.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from adapters.postgres.constraints import IN_THE_WAY, UNREACHABLE
from adapters.postgres.engine import Database, Scope
from adapters.postgres.ledger import POST, Entry, PostgresStockLedger, parameters, views
from adapters.postgres.pool import NO_CONNECTION
from core.domain.access import Actor
from core.domain.errors import Busy, Fault
from core.domain.stock import Posting
from core.ports.stock_ledger import IdempotencyKey, Posted

MAX_GROUP = 64
MAX_WAITING = 2_000


@dataclass(slots=True)
class _Waiting:
    entry: Entry
    answer: asyncio.Future[Posted]


_Lane = deque[_Waiting]
"""The requests of one company that wait for the group under way. One at a time: two would share out the same requests,
and each group costs the server more than its members do."""


class GroupCommitLedger:
    """`StockLedger` that commits what arrives together together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._single = PostgresStockLedger(database)
        self._lanes: dict[UUID, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0

    async def post(self, actor: Actor, postings: Sequence[Posting], key: IdempotencyKey | None = None) -> Posted:
        if self._waiting >= MAX_WAITING:
            raise Busy("ledger_busy", "too many postings at once", details={"retry_after": 1})
        answer: asyncio.Future[Posted] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(Entry(actor, postings, key), answer)
        self._waiting += 1
        lane = self._lanes.get(actor.company)
        if lane is None:
            self._open_lane(actor.company, waiting)
        else:
            lane.append(waiting)
        # A caller who goes away does not take the group with them: the future alone is theirs.
        return await answer

    async def faults(self, actor: Actor, postings: Sequence[Posting]) -> list[Fault]:
        return await self._single.faults(actor, postings)

    def _open_lane(self, company: UUID, first: _Waiting) -> None:
        lane = self._lanes[company] = deque([first])
        task = asyncio.create_task(self._flush(company, lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush(self, company: UUID, lane: _Lane) -> None:
        taken: list[_Waiting] = []
        try:
            while taken := _next_group(lane, len(taken)):
                self._waiting -= len(taken)
                # Who has gone before their turn wants nothing any more.
                if group := [waiting for waiting in taken if not waiting.answer.cancelled()]:
                    await self._commit(company, group)
        finally:
            # In the same step as the last look at the lane: nobody may count on a flusher that looks no more.
            del self._lanes[company]

    async def _commit(self, company: UUID, group: list[_Waiting]) -> None:
        if len(group) == 1:
            await self._alone(group[0], again=True)  # as those of a group have a second try
            return
        try:
            entries = [waiting.entry for waiting in group]
            rows = await self._database.fetch(Scope(company), POST, parameters(entries))
        except Exception as error:  # whatever it is: each of the group learns its own answer
            await asyncio.gather(*(self._alone_after(error, waiting) for waiting in group))
            return
        shown = iter(views(rows[0][0]))
        for waiting in group:
            _resolve(waiting.answer, Posted([next(shown) for _ in waiting.entry.postings]))

    async def _alone_after(self, error: Exception, waiting: _Waiting) -> None:
        if _ends(error, waiting.entry):
            _refuse(waiting.answer, error)
        else:
            await self._alone(waiting)

    async def _alone(self, waiting: _Waiting, *, again: bool = False) -> None:
        """Once `again` where others stood in its way, and no more: all the lane waits for this one."""
        entry = waiting.entry
        try:
            _resolve(waiting.answer, await self._single.try_to_post(entry.actor, entry.postings, entry.key))
        except Exception as error:  # whatever it is, it belongs to the one who waits for this answer
            if again and isinstance(error, Busy) and error.code == IN_THE_WAY:
                await self._alone(waiting)
            else:
                _refuse(waiting.answer, error)


def _ends(error: Exception, entry: Entry) -> bool:
    """Whether what befell its group is the answer: no connection was free, or the database was lost, perhaps with the word that all is
    recorded, and there is no key to tell."""
    if not isinstance(error, Busy):
        return False
    return error.code == NO_CONNECTION or (error.code == UNREACHABLE and entry.key is None)


def _next_group(waiting: _Lane, last: int) -> list[_Waiting]:
    """Those who go next, after a group of `last`."""
    fair = -(-(last + len(waiting)) // 2) if last else len(waiting)
    return [waiting.popleft() for _ in range(min(len(waiting), fair, MAX_GROUP))]


def _resolve(answer: asyncio.Future[Posted], posted: Posted) -> None:
    if not answer.done():
        answer.set_result(posted)


def _refuse(answer: asyncio.Future[Posted], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
