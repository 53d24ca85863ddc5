"""Reads of one company that are asked in the same turn of the event loop travel together.

A message to the server and its answer wake two processes, which costs more than most reads. So who asks while a message is
put together rides along; nobody waits for others to come. All reads of a message are one transaction, and each sees what is
committed when it begins. Where one fails, each is asked again by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from adapters.postgres.constraints import UNREACHABLE
from adapters.postgres.link import Question, Row
from adapters.postgres.pool import NO_CONNECTION
from core.domain.errors import Busy

Scope = TypeVar("Scope")
Ask = Callable[[Scope, Sequence[Question]], Awaitable[list[list[Row]]]]
_Waiting = tuple[Question, asyncio.Future[list[Row]]]

_EVERYBODYS = (NO_CONNECTION, UNREACHABLE)

MAX_TOGETHER = 8  # an answer waits for those beside it


class JointReads(Generic[Scope]):
    """Asks what belongs to one scope together. `ask` asks some questions in one transaction."""

    def __init__(self, ask: Ask[Scope]) -> None:
        self._ask = ask
        self._boarding: dict[Scope, list[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def read(self, scope: Scope, question: Question) -> list[Row]:
        """The rows of a statement that writes nothing. Raises what `ask` raises for it alone."""
        answer: asyncio.Future[list[Row]] = asyncio.get_running_loop().create_future()
        waiting = self._boarding.get(scope)
        if waiting is None or len(waiting) >= MAX_TOGETHER:
            waiting = self._boarding[scope] = []
            task = asyncio.create_task(self._travel(scope, waiting))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        waiting.append((question, answer))
        return await answer

    async def _travel(self, scope: Scope, waiting: list[_Waiting]) -> None:
        if self._boarding.get(scope) is waiting:
            del self._boarding[scope]
        if len(waiting) == 1:
            await self._alone(scope, *waiting[0])
            return
        try:
            answers = await self._ask(scope, [question for question, _ in waiting])
        except Exception as error:  # whatever it is: each learns its own answer
            if isinstance(error, Busy) and error.code in _EVERYBODYS:
                _refuse(waiting, error)
                return
            await asyncio.gather(*(self._alone(scope, question, answer) for question, answer in waiting))
            return
        for (_, answer), rows in zip(waiting, answers, strict=True):
            if not answer.done():
                answer.set_result(rows)

    async def _alone(self, scope: Scope, question: Question, answer: asyncio.Future[list[Row]]) -> None:
        try:
            (rows,) = await self._ask(scope, [question])
            if not answer.done():
                answer.set_result(rows)
        except Exception as error:  # whatever it is, it belongs to the one who waits for this answer
            if not answer.done():
                answer.set_exception(error)


def _refuse(waiting: Sequence[_Waiting], error: Exception) -> None:
    for _, answer in waiting:
        if not answer.done():
            answer.set_exception(error)
