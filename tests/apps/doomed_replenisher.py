"""Runs of replenishment that die by SIGKILL right after a chosen step. Runs as a process of its own: each line read is `class method`, and
the answer is the signal that ended the process that did this step."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from adapters.postgres.engine import Database
from adapters.postgres.policy_desk import PostgresPolicyDesk
from adapters.postgres.repositories.purchase_orders import PostgresPurchaseOrders
from adapters.postgres.repositories.replenishment import PostgresReplenishment
from adapters.postgres.uow import PostgresRun
from core.commands.replenishment import Replenishing
from core.domain.access import Actor
from core.ports.clock import SystemClock
from core.ports.replenishment import Scope

OWNERS = {one.__name__: one for one in (PostgresPolicyDesk, PostgresReplenishment, PostgresRun, PostgresPurchaseOrders)}


def main(database_url: str, company: str) -> None:
    """Forks a process for each line: what was imported is imported once."""
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            asyncio.run(_die_at(database_url, UUID(company), *line.split()))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status), flush=True)


async def _die_at(database_url: str, company: UUID, owner: str, method: str) -> None:
    database = Database(database_url)
    await database.open()
    setattr(OWNERS[owner], method, _the_last(getattr(OWNERS[owner], method)))
    run = Replenishing(PostgresPolicyDesk(database), PostgresRun(database), SystemClock())
    await run.whole(Actor(UUID(int=0), company, frozenset(), agent="replenishment"), Scope())


def _the_last(step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def last_step(*arguments: Any, **named: Any) -> Any:
        await step(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return last_step


if __name__ == "__main__":
    main(*sys.argv[1:])
