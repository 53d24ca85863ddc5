"""Ringing for the workers after each commit, so that no command has to think of it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from core.domain.access import Actor
from core.domain.errors import Fault
from core.domain.stock import Posting
from core.ports.doorbell import Doorbell
from core.ports.stock_ledger import IdempotencyKey, Posted, StockLedger
from core.ports.storage import Outcome, Run, UnitOfWork

Command = TypeVar("Command")
Result = TypeVar("Result")


class RingingLedger:
    """`StockLedger` that rings when it has posted."""

    def __init__(self, ledger: StockLedger, doorbell: Doorbell) -> None:
        self._ledger, self._doorbell = ledger, doorbell

    async def post(self, actor: Actor, postings: Sequence[Posting], key: IdempotencyKey | None = None) -> Posted:
        posted = await self._ledger.post(actor, postings, key)
        self._doorbell.ring(actor.company)
        return posted

    async def faults(self, actor: Actor, postings: Sequence[Posting]) -> list[Fault]:
        return await self._ledger.faults(actor, postings)


class RingingRun:
    """`Run` that rings when it has committed."""

    def __init__(self, run: Run, doorbell: Doorbell) -> None:
        self._run, self._doorbell = run, doorbell

    async def __call__(
        self,
        use_case: Callable[[UnitOfWork, Actor, Command], Awaitable[Result]],
        actor: Actor,
        command: Command,
        key: IdempotencyKey | None = None,
    ) -> Outcome[Result]:
        outcome = await self._run(use_case, actor, command, key)
        self._doorbell.ring(actor.company)
        return outcome
